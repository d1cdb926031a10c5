"""The blocks that fragments are built of. Pure."""

import re

from notebooks.rendering import marks

# Longer lines can need scrolling, which a keyboard must be able to do.
WIDE = 80
_TABLE = re.compile(r"<table(?=[ >])")


def pre(classes: str, inner: str, text: str) -> str:
    """`inner` HTML as preformatted text; `text` is what it says, for its width."""
    focus = ' tabindex="0"' if any(len(line) > WIDE for line in text.split("\n")) else ""
    return f'<pre class="{classes}"{focus}>{inner}</pre>'


def wrapped_tables(html: str) -> str:
    """Tables in a box that scrolls by itself. `html` is sanitised, so every table ends."""
    if "<table" not in html:
        return html
    box = f'<div class="table" role="group" aria-label="{marks.word("table")}" tabindex="0"><table'
    return _TABLE.sub(box, html).replace("</table>", "</table></div>")


def details(classes: str, summary: str, inner: str) -> str:
    """`inner` behind a line to open it by; `summary` is HTML."""
    return f'<details class="{classes}"><summary>{summary}</summary>{inner}</details>'


def note(inner: str) -> str:
    """A quiet line of the interface about an output."""
    return f'<p class="aside">{inner}</p>'


def opening(url: str, label: str, beside: str = "") -> str:
    """A line that opens a fold: htmx puts the whole in its place; without JavaScript the link leads there."""
    link = f'<a href="{url}" hx-get="{url}" hx-target="closest .folded" hx-swap="outerHTML">{label}</a>'
    return f'<p class="fold">{link}{beside}</p>'
