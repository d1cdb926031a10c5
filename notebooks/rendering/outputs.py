"""Outputs as HTML, each by what it is. Pure."""

import logging
from collections.abc import Sequence

from notebooks.parsing.model import Output, OutputKind
from notebooks.rendering import marks
from notebooks.rendering.blocks import note, pre
from notebooks.rendering.collected import Collected
from notebooks.rendering.displays import display_html
from notebooks.rendering.errors import error_html
from notebooks.rendering.folding import terminal_output
from notebooks.rendering.searchtext import output_text
from notebooks.rendering.text import clean, escape

logger = logging.getLogger(__name__)


def outputs_html(outputs: Sequence[Output], collected: Collected) -> str:
    return "".join(output_html(output, collected) for output in outputs)


def output_html(output: Output, collected: Collected) -> str:
    """Never raises: an output that breaks its renderer is shown as its plain text."""
    try:
        return _output_html(output, collected)
    except Exception:
        logger.exception("An output could not be rendered: %s %s", output.kind, list(output.data)[:20])
        return note(marks.word("failed_output")) + _plainly(output)


def _output_html(output: Output, collected: Collected) -> str:
    if output.kind is OutputKind.STREAM:
        return _stream(output, collected)
    if output.kind is OutputKind.ERROR:
        return error_html(output, collected)
    if output.kind is OutputKind.DISPLAY or output.data:
        return display_html(output, collected)
    return note(f"{marks.word('unknown_output')}: <code>{escape(clean(output.name))}</code>")


def _stream(output: Output, collected: Collected) -> str:
    text = clean(output.text)
    if not text.strip():
        return ""
    if output.name != "stderr":
        return terminal_output(text, "output", collected)
    return (
        f'<div class="stderr"><p class="stream">{marks.word("stderr")}</p>'
        f"{terminal_output(text, 'output', collected)}</div>"
    )


def _plainly(output: Output) -> str:
    try:
        text = clean(output_text([output]))[:8000]
    except Exception:
        logger.exception("Nor has it a text")
        text = ""
    return pre("output", escape(text, quote=False), text) if text else note(marks.word("no_output"))
