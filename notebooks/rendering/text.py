"""A notebook's text made fit for HTML: no marker characters, nothing that UTF-8 cannot say. Pure."""

import re
from html import escape

_UNFIT = re.compile("[\x00\x02\x03\ud800-\udfff]")
# Parsers turn a numeric reference into the character: those that would give a marker's are disarmed before.
_REFERENCE = re.compile(r"&#(?:[xX]0*[023](?![0-9a-fA-F])|0*[023](?![0-9]));?")

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# Tags that need no end, or end each other.
_UNNESTED = {
    "br", "col", "dd", "dt", "hr", "img", "input", "li", "link", "meta", "option", "p", "tbody", "td", "tfoot", "th",
    "thead", "tr", "wbr",
}  # fmt: skip
FEW_TAGS, DEEPEST = 2_000, 300

__all__ = ["clean", "clean_markup", "escape", "is_too_deep"]


def clean(text: str) -> str:
    """`text` without NULs, markers and lone surrogates; a pair of surrogates becomes its character."""
    if not _UNFIT.search(text):
        return text
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _UNFIT.sub("\ufffd", joined)


def clean_markup(text: str) -> str:
    """The same for HTML and Markdown, where a character can also be written as a reference."""
    text = clean(text)
    return _REFERENCE.sub("\ufffd", text) if "&#" in text else text


def is_too_deep(html: str) -> bool:
    """Whether elements nest so deep that a parser would take minutes: its time grows with the square."""
    if html.count("<") < FEW_TAGS:
        return False
    depth = 0
    for is_end, name in _TAG.findall(html):
        if name.lower() not in _UNNESTED:
            depth = max(0, depth - 1) if is_end else depth + 1
            if depth > DEEPEST:
                return True
    return False
