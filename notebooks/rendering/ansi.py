"""Colours and weights of terminal text (SGR), as classes. Pure.

All colours become one of sixteen, which content.css gives in a light and a dark form that can be read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Style:
    foreground: int | None = None  # 0 to 15
    background: int | None = None
    bold: bool = False
    faint: bool = False
    italic: bool = False
    underline: bool = False
    inverse: bool = False
    struck: bool = False


NORMAL = Style()
_ON = {1: "bold", 2: "faint", 3: "italic", 4: "underline", 7: "inverse", 9: "struck", 21: "underline"}
_OFF = {23: "italic", 24: "underline", 27: "inverse", 29: "struck"}
_CUBE = (0, 95, 135, 175, 215, 255)
# How the sixteen look on a usual terminal; only to find the nearest.
_SIXTEEN = (
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205),
    (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255),
    (0, 255, 255), (255, 255, 255),
)  # fmt: skip


@lru_cache(maxsize=512)
def changed(style: Style, codes: str) -> Style:
    """`style` after `ESC [ codes m`."""
    numbers = iter(
        [
            int(code) if code.isdecimal() and len(code) < 4 else 0
            for code in codes.replace(":", ";").split(";")
        ]
    )
    for number in numbers:
        style = _step(style, number, numbers)
    return style


def _step(style: Style, number: int, rest: Iterator[int]) -> Style:
    if number == 0:
        return NORMAL
    if number in _ON:
        return replace(style, **{_ON[number]: True})
    if number in _OFF:
        return replace(style, **{_OFF[number]: False})
    if number == 22:
        return replace(style, bold=False, faint=False)
    return _coloured(style, number, rest)


def _coloured(style: Style, number: int, rest: Iterator[int]) -> Style:
    is_ground = 40 <= number <= 49 or 100 <= number <= 107
    before = style.background if is_ground else style.foreground
    colour = _extended(rest) if number in {38, 48} else _basic(number, before)
    return replace(style, background=colour) if is_ground else replace(style, foreground=colour)


def _basic(number: int, before: int | None) -> int | None:
    if 30 <= number <= 37 or 40 <= number <= 47:
        return number % 10
    if 90 <= number <= 97 or 100 <= number <= 107:
        return number % 10 + 8
    return None if number in {39, 49} else before


def _extended(rest: Iterator[int]) -> int | None:
    """5;n or 2;r;g;b after 38 or 48."""
    kind = next(rest, 0)
    if kind == 5:
        number = next(rest, 0)
        return number if number < 16 else _nearest(_of_256(number))
    if kind == 2:
        return _nearest((next(rest, 0), next(rest, 0), next(rest, 0)))
    return None


def _of_256(number: int) -> tuple[int, int, int]:
    if number >= 232:
        grey = 8 + 10 * (min(number, 255) - 232)
        return grey, grey, grey
    number -= 16
    return _CUBE[number // 36], _CUBE[number // 6 % 6], _CUBE[number % 6]


@lru_cache(maxsize=1024)
def _nearest(colour: tuple[int, int, int]) -> int:
    return min(
        range(16), key=lambda each: sum((a - b) ** 2 for a, b in zip(colour, _SIXTEEN[each], strict=True))
    )


@lru_cache(maxsize=512)
def classes(style: Style) -> str:
    """Class names of content.css: t-b bold, t-f3 yellow text, t-g1 on red, ..."""
    letters = {"bold": "b", "faint": "d", "italic": "i", "underline": "u", "inverse": "v", "struck": "s"}
    names = [f"t-{letter}" for name, letter in letters.items() if getattr(style, name)]
    if style.foreground is not None:
        names.append(f"t-f{style.foreground}")
    if style.background is not None:
        names.append(f"t-g{style.background}")
    return " ".join(names)
