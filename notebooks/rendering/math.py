"""LaTeX as MathML, made on the server. Pure."""

import logging
import re
from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

from notebooks.rendering.text import clean

logger = logging.getLogger(__name__)

LONGEST = 5_000  # characters of one formula
DEEPEST = 100
TAGS = {
    "math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom",
    "mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable",
    "mtd", "mtext", "mtr", "munder", "munderover", "none",
}  # fmt: skip
ATTRIBUTES = {
    "accent", "accentunder", "columnalign", "columnlines", "columnspacing", "depth", "display",
    "displaystyle", "fence", "form", "height", "largeop", "linethickness", "lspace", "mathvariant",
    "maxsize", "minsize", "movablelimits", "notation", "rowlines", "rowspacing", "rspace", "scriptlevel",
    "separator", "stretchy", "symmetric", "voffset", "width",
}  # fmt: skip
# Elements that mean nothing with fewer or more parts: the converter gives them for unfinished formulas.
_PARTS = {
    "mfrac": 2,
    "mover": 2,
    "mroot": 2,
    "msub": 2,
    "msubsup": 3,
    "msup": 2,
    "munder": 2,
    "munderover": 3,
}
# Words and small lengths: a space of 9999em would push a formula over the page.
_VALUE = re.compile(r"100%|(?!.*(?<![.\d])\d{3})[A-Za-z0-9 .%+-]{0,60}")


@lru_cache(maxsize=2000)
def mathml(latex: str, *, is_block: bool) -> str:
    """A formula as MathML; as its own source, marked, where it cannot be read."""
    display = "block" if is_block else "inline"
    try:
        written = (
            _written(convert_to_element(latex, display=display), DEEPEST) if len(latex) <= LONGEST else ""
        )
    except Exception as error:  # noqa: BLE001  the converter raises whatever its parts raise
        logger.debug("no MathML for %r: %r", latex[:200], error)
        written = ""
    if not written:
        tag = "div" if is_block else "span"
        return f'<{tag} class="formula"><code>{escape(latex, quote=False)}</code></{tag}>'
    return f'<div class="formula">{written}</div>' if is_block else written


def _written(element: Element, depth: int) -> str:
    """Allowed elements and attributes only: the converter copies what \\href and \\style say."""
    if depth == 0 or len(element) != _PARTS.get(element.tag, len(element)):
        raise ValueError(f"<{element.tag}> of {len(element)} parts, or too deep")
    tag = element.tag if element.tag in TAGS else "mrow"
    attributes = "".join(
        f' {name}="{value}"'
        for name, value in element.attrib.items()
        if name in ATTRIBUTES and _VALUE.fullmatch(value)
    )
    inner = _text(element.text) + "".join(_written(child, depth - 1) + _text(child.tail) for child in element)
    return f"<{tag}{attributes}>{inner}</{tag}>"


def _text(text: str | None) -> str:
    # The converter writes characters as references inside text.
    return escape(clean(unescape(text)), quote=False) if text else ""
