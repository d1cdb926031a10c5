"""Cells as safe HTML: the one place in the project that makes HTML safe. Pure but for its words."""

from notebooks.rendering.anchors import anchor_of
from notebooks.rendering.cell import render
from notebooks.rendering.digest import RENDERER_VERSION, fragment_digest
from notebooks.rendering.folding import TEXT, raw_text, whole_output
from notebooks.rendering.frames import FRAME
from notebooks.rendering.markdown import render_markdown
from notebooks.rendering.marks import outputs_in, source_in
from notebooks.rendering.model import Heading, Place, Referent, Rendered, RenderedAsset, SafeHtml
from notebooks.rendering.place import place
from notebooks.rendering.searchtext import output_text
from notebooks.rendering.svg import safe_svg
from notebooks.rendering.writing import joined, safe, written

__all__ = [
    "FRAME",
    "RENDERER_VERSION",
    "TEXT",
    "Heading",
    "Place",
    "Referent",
    "Rendered",
    "RenderedAsset",
    "SafeHtml",
    "anchor_of",
    "fragment_digest",
    "joined",
    "output_text",
    "outputs_in",
    "place",
    "raw_text",
    "render",
    "render_markdown",
    "safe",
    "safe_svg",
    "source_in",
    "whole_output",
    "written",
]
