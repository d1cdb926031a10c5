"""How much of a text has room where nothing can be measured or wrapped, as in a drawing. Pure."""

import unicodedata

# Shares of the size of type, taken from Noto Sans and a little more: a text may be shorter than its room.
_WIDE = 1.0
_CAPITAL = 0.72
_NARROW = 0.32
_OTHER = 0.58
_ELLIPSIS = "…"


def fitted(text: str, width: float, size: float) -> str:
    """`text`, or as much of its beginning as `width` has room for, in type of `size`; "…" tells that it goes on."""
    text = " ".join(text.split())
    end = _fitting(text, width, size)
    return text if end == len(text) else text[:end].rstrip() + _ELLIPSIS


def fitted_end(text: str, width: float, size: float) -> str:
    """The same with as much of its end: of a path that says most."""
    text = " ".join(text.split())
    end = _fitting(text[::-1], width, size)
    return text if end == len(text) else _ELLIPSIS + text[len(text) - end :].lstrip()


def _fitting(text: str, width: float, size: float) -> int:
    """How many letters from the first have room, with an ellipsis where that is not all."""
    if width_of(text, size) <= width:
        return len(text)
    left = width - width_of(_ELLIPSIS, size)
    for number, letter in enumerate(text):
        left -= _share(letter) * size
        if left < 0:
            return number
    return len(text)


def width_of(text: str, size: float) -> float:
    return sum(map(_share, text)) * size


def _share(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if letter == _ELLIPSIS or unicodedata.east_asian_width(letter) in "FW":
        return _WIDE
    if letter in " .,:;'|!ilj()[]/":
        return _NARROW
    return _CAPITAL if letter.isupper() or letter in "mwMW@%" else _OTHER
