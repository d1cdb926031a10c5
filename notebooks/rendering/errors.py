"""Errors: the name and the message first, then the traceback in its colours. Pure."""

from notebooks.parsing.model import Output
from notebooks.rendering import terminal
from notebooks.rendering.collected import Collected
from notebooks.rendering.folding import terminal_output
from notebooks.rendering.text import clean, escape


def error_html(output: Output, collected: Collected) -> str:
    headline, rest = _headline(output)
    trace = clean("\n".join(output.traceback)).strip("\n")
    below = "\n".join(part for part in (rest, trace) if part.strip())
    html = f'<p class="error-name">{escape(headline, quote=False)}</p>'
    if below and terminal.plain(below).strip() != headline:
        html += terminal_output(below, "output", collected)
    return f'<div class="output-error">{html}</div>'


def _headline(output: Output) -> tuple[str, str]:
    """`Name: message` as a line, and what is left of the message where no traceback repeats it."""
    message = terminal.plain(clean(output.error_message)).strip()
    name = terminal.plain(clean(output.error_name)).strip()
    first, _, rest = message.partition("\n")
    headline = f"{name}: {first}" if name and first else name or first or "Error"
    return headline[:1000], "" if output.traceback else headline[1000:] + rest
