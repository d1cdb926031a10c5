"""What stands at the cursor of a query that is being typed, and how a value has to be written there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from search.language.fields import FIELDS, NAMES, FieldKind, Values
from search.language.lexing import Named, quoted, tokens, unified
from search.language.tree import Word

# A run of what blanks do not part; a quote without an end goes to the end.
_QUOTE = r'"(?:\\["\\]|[^"])*+'
_RUN = re.compile(rf'(?:[^\s"]|{_QUOTE}(?:"|$))++')
_LEAD = re.compile(r"(?:\(|-(?=[^-\s]))*")
_PARTS = re.compile(
    rf'(?:(?P<name>[A-Za-z_]+):(?P<done>(?:(?:{_QUOTE}"|[^",])*+,)*+))?(?P<typed>.*)', re.DOTALL
)
_SIGN = re.compile(r"(?:<=|>=|<|>|=|)(?:.*\.\.)?", re.DOTALL)
_NAME_AFTER = re.compile(r"[A-Za-z_]*:")
_AFTER = re.compile(r'[^\s",()]*')


@dataclass(frozen=True, slots=True)
class Place:
    """What a suggestion stands instead of: the text from `start` to `end`."""

    start: int
    end: int
    typed: str  # what of it is written before the cursor, without its quote
    field: FieldKind | None = None  # whose value it is; None: a word, which may become the name of a field
    is_quoted: bool = False
    has_value: bool = False  # it is the name of a field that has one
    rest: str = ""  # the query without the part that the cursor stands in


def place_at(text: str, cursor: int) -> Place | None:
    """None where there is nothing to complete: inside a phrase, behind a quote, in a field that does not exist."""
    text = unified(text)
    before, after = text[:cursor], text[cursor:]
    begin = _begin(before)
    parts = _PARTS.fullmatch(before, begin)
    if parts is None:
        return None
    name, typed, start = parts["name"], parts["typed"], parts.start("typed")
    if name is None:
        return _word(text, typed, start, after)
    field = NAMES.get(name.casefold())
    if field is None:
        return None
    if field.values in {Values.DATE, Values.NUMBER}:
        signs = _SIGN.match(typed)
        start, typed = start + len(signs[0] if signs else ""), typed[len(signs[0] if signs else "") :]
    is_quoted = typed.startswith('"')
    if is_quoted:
        typed = typed[1:]
    if '"' in typed.replace('\\"', ""):
        return None
    end = len(before) + _length_behind(after, is_quoted=is_quoted)
    return Place(start, end, typed, field, is_quoted, rest=_without(text, begin, end))


def written(place: Place, value: str) -> str:
    """The value as it has to stand there: in quotes where it would not be read as one word."""
    return quoted(value) if place.is_quoted or not _is_bare(value) else value


def as_field(name: str, value: str) -> str:
    return f"{name}:{value if _is_bare(value) else quoted(value)}"


def fields_called(typed: str) -> Iterator[FieldKind]:
    """Fields whose name begins so, or what people call them in their language."""
    folded = typed.casefold()
    for field in FIELDS.values():
        names = (field.name, *field.also, str(field.label).casefold())
        if any(name.startswith(folded) for name in names):
            yield field


def _word(text: str, typed: str, start: int, after: str) -> Place | None:
    if '"' in typed:
        return None
    name = _NAME_AFTER.match(after)
    if name is not None:
        return Place(start, start + len(typed) + name.end(), typed, has_value=True)
    end = start + len(typed) + _length_behind(after, is_quoted=False)
    return Place(start, end, typed, rest=_without(text, start, end))


def _begin(before: str) -> int:
    """Where the token begins that ends at the cursor, behind its brackets and its sign of negation."""
    begin = len(before)
    for run in _RUN.finditer(before):
        if run.end() == len(before):
            begin = run.start()
    lead = _LEAD.match(before, begin)
    return lead.end() if lead else begin


def _length_behind(after: str, *, is_quoted: bool) -> int:
    """How much of what follows the cursor belongs to the value: of a quoted one all up to its own quote."""
    if is_quoted and after.replace('\\"', "").count('"') % 2:
        return after.index('"') + 1
    found = _AFTER.match(after)
    return found.end() if found else 0


def _without(text: str, begin: int, end: int) -> str:
    return f"{text[:begin].rstrip('-')} {text[end:]}".strip()


def _is_bare(value: str) -> bool:
    return list(tokens(f"x:{value}")) == [Named("x", (Word(value),), f"x:{value}", is_quoted=False)]
