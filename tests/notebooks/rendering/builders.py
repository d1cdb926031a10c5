"""Cells and outputs for rendering, through the parser that the app itself uses."""

from notebooks.parsing import parse
from notebooks.rendering import Place, place, render
from tests.builders import make_notebook


def cell(spec, language="python"):
    return parse(make_notebook(spec, language=language)).cells[0]


def rendered(spec, language="python"):
    """The spec of a cell as tests.builders takes it, rendered, its markers still in it."""
    return render(cell(spec), language)


def html_of(spec, language="python", **place_fields):
    return placed(rendered(spec, language).html, **place_fields)


def placed(html, **fields):
    defaults = {
        "index": 7,
        "asset_url": lambda sha256: f"/assets/{sha256}",
        "more_url": lambda sha256: f"/outputs/{sha256}",
        "frame_url": lambda sha256: f"/frame/{sha256}",
        "link_url": lambda path: f"/here/{path}",
    }
    return place(html, Place(**{**defaults, **fields}))


def output_html(*outputs):
    """Outputs alone, without the source."""
    return html_of(("code", "", list(outputs)), has_source=False)
