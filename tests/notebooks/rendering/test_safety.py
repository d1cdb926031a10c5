import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notebooks.parsing import parse
from notebooks.parsing.model import CellType, Marks, Output, OutputKind, ParsedCell, PinnedOutputs
from notebooks.rendering import fragment_digest, output_text, render, render_markdown, safe_svg, whole_output
from notebooks.rendering.svg import TAGS
from tests.hostile import BEACON, hostile_cells, markdown_payloads, payloads, svg_payloads
from tests.notebooks.rendering.builders import placed
from tests.notebooks.rendering.safety import faults

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"


def parsed(cell):
    return parse(json.dumps({"nbformat": 4, "metadata": {}, "cells": [cell]}).encode()).cells[0]


def check(rendered):
    assert faults(placed(rendered.html)) == []
    for asset in rendered.assets:
        whole = whole_output(asset.raw, asset.media_type)
        if whole is not None:
            assert faults(placed(whole)) == []
        if asset.media_type == "image/svg+xml":
            assert safe_drawing(asset.raw)


def safe_drawing(raw):
    for element in ET.fromstring(raw).iter():
        assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") in TAGS
        assert not [name for name in element.attrib if name.startswith("on") or "}" in name]
        assert BEACON not in " ".join(element.attrib.values())
        assert not element.tag.endswith("style") or BEACON not in (element.text or "")
        assert element.attrib.get("href", "#").startswith(("#", "data:image/png", "data:image/jpeg"))
    return True


@pytest.mark.parametrize("cell", list(hostile_cells()))
def test_hostile_cell_is_harmless(cell):
    check(render(parsed(cell), "python"))


@pytest.mark.parametrize("payload", payloads() + markdown_payloads())
def test_hostile_readme_is_harmless(payload):
    check(render_markdown(payload))


@pytest.mark.parametrize("payload", svg_payloads())
def test_hostile_drawing_is_made_safe_or_refused(payload):
    drawing = safe_svg(payload.encode())
    assert drawing is None or safe_drawing(drawing)


def test_no_class_of_the_page_can_be_imitated():
    html = placed(
        render_markdown('<div class="notice ok"><span class="badge frozen t-f1 box">x</span></div>').html
    )
    assert html.strip() == '<div><span class="box">x</span></div>'


def test_ids_cannot_stand_for_those_of_the_page():
    assert 'id="cell-7-main"' in placed(render_markdown('<p id="main">x</p>').html)


def test_forged_markers_are_only_text():
    forged = "\x02wfrozen\x03 &#2;wfrozen&#3; &#x2;i&#x3; <b title='&#002;i&#003;'>x</b>"
    html = placed(render_markdown(forged).html)
    assert "cell-7" not in html
    assert "frozen" in html
    assert ">frozen<" not in html


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
nasty = st.sampled_from(payloads() + markdown_payloads() + svg_payloads())
markup = st.lists(
    st.sampled_from(
        [
            "<",
            ">",
            '"',
            "'",
            "&",
            "<a href=",
            "<img src=",
            "<svg",
            "</",
            "<!--",
            "-->",
            "<p",
            " on",
            "javascript:",
            "`",
            "$",
            "\\",
            "[",
            "](",
            ")",
            "\n",
            "|",
            "\r",
            "\b",
            "\x1b[",
            "31m",
            "2K",
            "A",
            "\x02",
            "\x03",
            "&#2;",
            "\ud800",
            "# ",
            "data:",
            "<table>",
            "<td>",
            "<pre>",
            "<h1>",
            "x",
            "%%bash\n",
            "!ls",
            "<details open>",
            "<math>",
            "<style>",
            "=",
            " ",
        ]
    ),
    max_size=40,
).map("".join)
texts = st.one_of(st.text(), nasty, markup, st.tuples(nasty, markup).map("".join))
mimes = st.sampled_from(
    [
        "text/html",
        "text/plain",
        "text/markdown",
        "text/latex",
        "image/png",
        "image/svg+xml",
        "application/json",
        "application/javascript",
        "application/vnd.plotly.v1+json",
        "application/x",
        "",
    ]
) | st.text(max_size=10)
outputs = st.builds(
    Output,
    kind=st.sampled_from(OutputKind),
    text=texts,
    name=st.sampled_from(["stdout", "stderr"]) | texts,
    data=st.dictionaries(mimes, texts | json_values, max_size=4),
    metadata=st.dictionaries(mimes, json_values, max_size=2),
    is_result=st.booleans(),
    error_name=texts,
    error_message=texts,
    traceback=st.lists(texts, max_size=3).map(tuple),
)
cell_marks = st.builds(
    Marks,
    is_frozen=st.booleans(),
    is_source_hidden=st.booleans(),
    is_output_collapsed=st.booleans(),
    tags=st.lists(texts, max_size=2).map(tuple),
    pinned=st.lists(
        st.builds(PinnedOutputs, st.none() | st.integers(0, 99), st.lists(outputs, max_size=1).map(tuple)),
        max_size=1,
    ).map(tuple),
)
cells = st.builds(
    ParsedCell,
    index=st.just(0),
    cell_type=st.sampled_from(CellType),
    source=texts,
    outputs=st.lists(outputs, max_size=2).map(tuple),
    attachments=st.dictionaries(st.text(max_size=5), st.dictionaries(mimes, texts, max_size=1), max_size=1),
    marks=cell_marks,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cells, st.sampled_from(["python", "bash", "", "r"]) | st.text(max_size=5))
def test_any_cell_is_rendered_safely(cell, language):
    assert len(fragment_digest(cell, language)) == 40
    assert isinstance(output_text(cell.outputs), str)
    rendered = render(cell, language)
    rendered.html.encode()
    check(rendered)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_any_bytes_are_a_safe_drawing_or_none(text):
    drawing = safe_svg(text.encode("utf-8", "surrogatepass"))
    assert drawing is None or safe_drawing(drawing)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.exists(), reason="../shared/corpus is not there")
def test_every_notebook_of_the_corpus_is_rendered_safely(caplog):
    for path in sorted(CORPUS.rglob("*.ipynb")):
        notebook = parse(path.read_bytes())
        for cell in notebook.cells:
            check(render(cell, notebook.language))
    assert not [record for record in caplog.records if record.name.startswith("notebooks.rendering")]


FAULTY = """
<p onclick=x></p> | <script></script> | <a href='javascript:x'>x</a> | <p style=x></p> | <p hx-get='/x'></p> | <p id=main></p>
| <img src='https://example.org/x'> | <p> | </p> | <!-- x --> | \x02 | <img srcset=x> | <svg></svg> | <base href=/>
"""  # noqa: E501


@pytest.mark.parametrize("html", [each.strip(" \n") for each in FAULTY.split("|")])
def test_the_checker_itself_finds_faults(html):
    assert faults(html)
