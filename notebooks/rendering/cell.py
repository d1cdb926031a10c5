"""A cell as HTML: what goes into its body on the page. Pure."""

import logging

from notebooks.parsing.model import CellType, ParsedCell, PinnedOutputs
from notebooks.rendering import marks
from notebooks.rendering.badges import badges_html
from notebooks.rendering.blocks import details, note, pre
from notebooks.rendering.code import highlighted
from notebooks.rendering.collected import Collected
from notebooks.rendering.markdown import attachment_of, markdown
from notebooks.rendering.model import Rendered
from notebooks.rendering.outputs import outputs_html
from notebooks.rendering.sanitise import decoded
from notebooks.rendering.text import clean, escape

logger = logging.getLogger(__name__)


def render(cell: ParsedCell, language: str) -> Rendered:
    """Never raises: what no renderer can take is shown as it was written."""
    try:
        collected = Collected()
        return collected.rendered(badges_html(cell.marks) + _body(cell, language, collected))
    except Exception:
        logger.exception("Cell %s (%s) could not be rendered", cell.index, cell.cell_type)
        text = clean(cell.source)
        return Rendered(note(marks.word("failed_output")) + pre("raw", escape(text, quote=False), text))


def _body(cell: ParsedCell, language: str, collected: Collected) -> str:
    if cell.cell_type is CellType.CODE:
        return _source(cell, language) + _outputs(cell, collected)
    if cell.cell_type is CellType.MARKDOWN:
        return markdown(cell.source, collected, attachment_of(cell.attachments, decoded))
    text = clean(cell.source)
    return pre("raw", escape(text, quote=False), text) if text.strip() else ""


def _source(cell: ParsedCell, language: str) -> str:
    text = clean(cell.source).rstrip("\n")
    html = pre("source", highlighted(text, language), text)
    if cell.marks.is_source_hidden:
        html = details("put-away", marks.word("source_hidden"), html)
    return marks.source(html)


def _outputs(cell: ParsedCell, collected: Collected) -> str:
    html = outputs_html(cell.outputs, collected)
    if html:
        html = f'<div class="outputs">{html}</div>'
    if html and cell.marks.is_output_collapsed:
        html = details("put-away", marks.word("output_hidden"), html)
    html += "".join(_pinned(pinned, collected) for pinned in reversed(cell.marks.pinned))
    return marks.outputs(html) if html else ""


def _pinned(pinned: PinnedOutputs, collected: Collected) -> str:
    html = outputs_html(pinned.outputs, collected)
    if not html:
        return ""
    count = pinned.execution_count
    label = marks.word("pinned") if count is None else marks.word("pinned_count", count)
    return details("pinned", label, f'<div class="outputs">{html}</div>')
