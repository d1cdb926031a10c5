"""Long outputs: their beginning and end at first, all of them one click away. Pure."""

from notebooks.rendering import marks, terminal
from notebooks.rendering.blocks import opening, pre
from notebooks.rendering.collected import Collected

MOST_LINES = 40
MOST_CHARACTERS = 8_000
HEAD_LINES, TAIL_LINES = 12, 6
HEAD_CHARACTERS, TAIL_CHARACTERS = 1_200, 600
LONGEST_WHOLE = 3_000_000  # characters; what a browser still shows with ease
# Settled text with its colour codes, shown through whole(); and HTML that was sanitised here.
TEXT, FRAGMENT = "text/x-ansi", "text/x-fragment"


def terminal_output(text: str, classes: str, collected: Collected) -> str:
    """Terminal text as one block, folded where it is long. `text` is clean() text."""
    settled = terminal.settled(text).rstrip("\n")
    if len(settled) <= MOST_CHARACTERS and settled.count("\n") < MOST_LINES:
        return pre(classes, terminal.to_html(settled), settled)
    digest = collected.add_asset(f"{classes}\n{settled}".encode(), TEXT)
    head, tail = _ends(settled)
    cut = len(settled) - len(tail)
    inner = pre(classes, terminal.to_html(head), head) + controls(digest, settled.count("\n") + 1)
    if tail:
        inner += pre(classes, terminal.to_html(tail, terminal.style_after(settled[:cut])), tail)
    return fold(digest, inner)


def html_output(html: str, excerpt: str, collected: Collected) -> str:
    """Sanitised HTML too long for a first view: `excerpt` stands for it, safe HTML too."""
    digest = collected.add_asset(html.encode(), FRAGMENT)
    return fold(digest, excerpt + controls(digest, None))


def fold(digest: str, inner: str) -> str:
    return marks.folded(digest, f'<div class="folded">{inner}</div>')


def controls(digest: str, lines: int | None) -> str:
    """The line that opens the fold; `lines` is None for what is no text."""
    label = marks.word("show_whole") if lines is None else marks.word("show_all", lines)
    url = marks.more(digest)
    raw = f' <a href="{url}?raw" download>{marks.word("raw_text")}</a>' if lines is not None else ""
    return opening(url, label, raw)


def whole_output(raw: bytes, media_type: str) -> str | None:
    """The whole of a folded output as safe HTML with markers; None for an asset that is none."""
    if media_type == FRAGMENT:
        return raw.decode()
    return _whole_text(raw) if media_type == TEXT else None


def _whole_text(raw: bytes) -> str:
    classes, text = _unpacked(raw)
    if len(text) <= LONGEST_WHOLE:
        return pre(classes, terminal.to_html(text), text)
    text = text[:LONGEST_WHOLE]
    return pre(classes, terminal.to_html(text), text) + f'<p class="fold">{marks.word("too_long")}</p>'


def raw_text(raw: bytes) -> str:
    """The text of a TEXT asset without its colours."""
    return terminal.plain(_unpacked(raw)[1])


def _unpacked(raw: bytes) -> tuple[str, str]:
    classes, _, text = raw.decode("utf-8", "replace").partition("\n")
    return classes, text


def _ends(text: str) -> tuple[str, str]:
    """The first and the last lines, never cut inside an escape code."""
    lines = text.split("\n", HEAD_LINES)
    head = "\n".join(lines[:HEAD_LINES])[:HEAD_CHARACTERS]
    rest = text[len(head) :]
    last = rest.rsplit("\n", TAIL_LINES)
    tail = "\n".join(last[1:])[-TAIL_CHARACTERS:] if len(last) > 1 else ""
    return _without_cut_code(head), _from_line_start(tail)


def _without_cut_code(head: str) -> str:
    start = head.rfind("\x1b")
    return head[:start] if start >= 0 and "m" not in head[start:] else head


def _from_line_start(tail: str) -> str:
    """A tail that was cut begins with its next whole line."""
    return tail.partition("\n")[2] if len(tail) == TAIL_CHARACTERS else tail
