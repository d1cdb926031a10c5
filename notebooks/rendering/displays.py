"""Mime bundles: the richest form that can be shown safely. Pure."""

import re
from collections.abc import Callable, Mapping

from notebooks.parsing.model import Json, Output
from notebooks.rendering import marks
from notebooks.rendering.blocks import details, note, pre, wrapped_tables
from notebooks.rendering.code import highlighted
from notebooks.rendering.collected import Collected
from notebooks.rendering.folding import html_output, terminal_output
from notebooks.rendering.frames import html_frame, script_frame, wants_script
from notebooks.rendering.images import SVG, image_asset
from notebooks.rendering.markdown import markdown
from notebooks.rendering.math import mathml
from notebooks.rendering.sanitise import decoded, sanitised
from notebooks.rendering.searchtext import html_text
from notebooks.rendering.svg import safe_svg
from notebooks.rendering.text import clean, escape
from notebooks.rendering.trees import pretty

LONGEST_HTML = 24_000  # characters of sanitised HTML shown at first
LONGEST_JSON = 2_000
LARGEST_SIDE = 10_000  # pixels of an image, as a notebook may claim
_LATEX = re.compile(
    r"\A\s*(?:\$\$(?P<block>.+)\$\$|\$(?P<inline>[^$]+)\$|(?P<bare>\\begin.+|\\\[.+\\\]))\s*\Z", re.DOTALL
)
_HEADING_TAG = re.compile(r"<(/?)h[1-4](?=[ >])")
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
# Text that came to nothing needs no explaining; nor do the copies that Colab keeps for itself.
_UNNOTED = {
    "text/plain",
    "text/html",
    "text/markdown",
    "text/latex",
    "application/vnd.google.colaboratory.intrinsic+json",
}
_SCRIPTS = ("application/javascript", "text/javascript")
_BLANK = re.compile(r"<[^>]*>|\s|&nbsp;")


def display_html(output: Output, collected: Collected) -> str:
    data = output.data
    for mimes, show in SHOWN:
        for mime in mimes:
            if mime in data:
                html = show(data[mime], output, collected)
                if html:
                    return html
    return _fallback(output, collected)


def _html(value: Json, output: Output, collected: Collected) -> str:
    if not isinstance(value, str) or not value.strip():
        return ""
    safe = _HEADING_TAG.sub(r"<\1h5", wrapped_tables(sanitised(value, collected)))
    if wants_script(value):
        return _scripted(value, safe, output, collected)
    if not _says_something(safe):
        return ""
    return _framed(safe, value, collected)


def _framed(safe: str, value: str, collected: Collected) -> str:
    block = f'<div class="output rich">{safe}</div>'
    if len(safe) <= LONGEST_HTML:
        return block
    excerpt = html_text(value)[:1500]
    return html_output(block, pre("output", escape(excerpt, quote=False), excerpt), collected)


def _scripted(value: str, safe: str, output: Output, collected: Collected) -> str:
    """What can be seen without script, and the way to the rest."""
    shown = _framed(safe, value, collected) if _says_something(safe) else _still(output, collected)
    return shown + _needs_script(html_frame(clean(value), collected))


def _needs_script(frame: str) -> str:
    return f'<div class="output scripted">{note(marks.word("needs_script"))}{frame}</div>'


def _says_something(html: str) -> bool:
    return "<img" in html or "<hr" in html or bool(_BLANK.sub("", html))


def _still(output: Output, collected: Collected) -> str:
    """A picture or a text that stands beside an output that moves."""
    for mime in (*_IMAGES, SVG):
        show = _svg if mime == SVG else _image
        picture = show(output.data[mime], output, collected) if mime in output.data else ""
        if picture:
            return picture
    return _plain(output.data.get("text/plain"), output, collected)


def _image(value: Json, output: Output, collected: Collected) -> str:
    raw = decoded(value) if isinstance(value, str) else None
    image = image_asset(raw) if raw else None
    return _image_tag(image.raw, image.media_type, output, collected) if image else ""


def _svg(value: Json, output: Output, collected: Collected) -> str:
    drawing = safe_svg(clean(value).encode()) if isinstance(value, str) else None
    return _image_tag(drawing, SVG, output, collected) if drawing else ""


def _image_tag(raw: bytes, media_type: str, output: Output, collected: Collected) -> str:
    digest = collected.add_asset(raw, media_type)
    plain = output.data.get("text/plain")
    alt = (
        escape(clean(plain).strip()[:200])
        if isinstance(plain, str) and plain.strip()
        else marks.word("output")
    )
    size = _size(output.metadata, media_type)
    image = f'<img src="{marks.asset(digest)}" alt="{alt}" loading="lazy"{size}>'
    return f'<div class="output rich image">{image}</div>'


def _size(metadata: Mapping[str, Json], media_type: str) -> str:
    """Width and height as the notebook gives them, for its mime type or for the whole bundle."""
    own = metadata.get(media_type)
    given = own if isinstance(own, dict) else metadata
    sizes = ((name, given.get(name)) for name in ("width", "height"))
    return "".join(
        f' {name}="{int(value)}"'
        for name, value in sizes
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < LARGEST_SIDE
    )


def _markdown(value: Json, _output: Output, collected: Collected) -> str:
    if not isinstance(value, str) or not value.strip():
        return ""
    aside = Collected()  # an output's headings are no headings of the notebook
    html = markdown(value, aside)
    collected.assets |= aside.assets
    collected.links |= aside.links
    return _framed(html, value, collected)


def _latex(value: Json, _output: Output, _collected: Collected) -> str:
    if not isinstance(value, str) or not value.strip():
        return ""
    match = _LATEX.match(clean(value))
    formula = next(part for part in match.groups() if part) if match else clean(value)
    return f'<div class="output rich">{mathml(formula.strip(), is_block=True)}</div>'


def _json(value: Json, _output: Output, collected: Collected) -> str:
    text = pretty(value)
    if len(text) > LONGEST_JSON:
        return terminal_output(text, "output json", collected)
    return pre("output json", highlighted(text, "json"), text)


def _script(value: Json, output: Output, collected: Collected) -> str:
    if not isinstance(value, str) or not value.strip():
        return ""
    return _still(output, collected) + _needs_script(script_frame(clean(value), collected))


def _plain(value: Json, _output: Output, collected: Collected) -> str:
    text = clean(value) if isinstance(value, str) else ""
    return terminal_output(text, "output", collected) if text.strip() else ""


def _fallback(output: Output, collected: Collected) -> str:
    """Kinds that need a program of their own (plotly, vega, widgets, maps): the still form and the data."""
    names = [mime for mime in output.data if mime not in _UNNOTED]
    if not names:
        return _plain(output.data.get("text/plain"), output, collected)
    kinds = ", ".join(f"<code>{escape(clean(name)[:100])}</code>" for name in names[:10])
    html = _still(output, collected) + note(f"{marks.word('plain_only')} {kinds}")
    return html + "".join(_data(name, output.data[name], collected) for name in names[:10])


def _data(name: str, value: Json, collected: Collected) -> str:
    text = value if isinstance(value, str) else pretty(value)
    if not text or name.startswith(("image/", "audio/", "video/", "application/pdf", "application/octet")):
        return ""
    return details("data", escape(clean(name)[:100]), terminal_output(clean(text), "output json", collected))


Show = Callable[[Json, Output, Collected], str]
SHOWN: tuple[tuple[tuple[str, ...], Show], ...] = (
    (("text/html",), _html),
    (("text/markdown",), _markdown),
    ((SVG,), _svg),
    (_IMAGES, _image),
    (("text/latex",), _latex),
    (_SCRIPTS, _script),
    (("application/json",), _json),
)
