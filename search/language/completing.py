"""What stands at the cursor of a query that is being typed, and how a value has to be written there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from search.analysis import normalise
from search.language.fields import FIELDS, NAMES, FieldKind, Values
from search.language.lexing import Named, quoted, tokens, unified
from search.language.reading import Hint, read
from search.language.tree import NOTHING, And, Leaf, Node, Not, Or, Phrase, Word, conjunction

# A run of what blanks do not part; a quote without an end goes to the end.
_QUOTE = r'"(?:\\["\\]|[^"])*+'
_RUN = re.compile(rf'(?:[^\s"]|{_QUOTE}(?:"|$))++')
_LEAD = re.compile(r"(?:\(|-(?=[^-\s]))*")
_PARTS = re.compile(
    rf'(?:(?P<name>[A-Za-z_]+):(?P<done>(?:(?:{_QUOTE}"|[^",])*+,)*+))?(?P<typed>.*)', re.DOTALL
)
_SIGN = re.compile(r"(?:<=|>=|<|>|=|)(?:.*(?:\.\.|～|〜))?", re.DOTALL)
_NAME_AFTER = re.compile(r"[A-Za-z_]*:")
_AFTER = re.compile(r'[^\s",()]*')
_MORE_VALUES = re.compile(rf'(?:,(?:{_QUOTE}"|[^\s",()])*+)*+')
# Stands for the place while what holds beside it is read. No query has it: it is nobody's character.
_HERE = Word("\ue0f1")


@dataclass(frozen=True, slots=True)
class Place:
    """What a suggestion stands instead of: the text from `start` to `end`."""

    start: int
    end: int
    typed: str  # what of it is written before the cursor, without its quote
    field: FieldKind | None = None  # whose value it is; None: a word, which may become the name of a field
    sign: str = ""  # before a date or a number: ">=", "2026-01.."
    is_quoted: bool = False
    has_value: bool = False  # it is the name of a field that has one
    others: tuple[str, ...] = ()  # values that stand in the same list, normalised
    beside: Node = NOTHING  # what else of the query holds wherever the place does


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
    sign = _sign(field, typed)
    start, typed = start + len(sign), typed[len(sign) :]
    is_quoted = typed.startswith('"')
    if is_quoted:
        typed = typed[1:]
    if '"' in (typed.replace('\\"', "") if is_quoted else typed):
        return None
    end = len(before) + (_up_to_quote(after) if is_quoted else _up_to_end(after, typed, stops='",'))
    more = _MORE_VALUES.match(text, end)
    behind = more.end() if more else end
    list_beside = f"{name}:{parts['done']}{text[end:behind].lstrip(',')}"
    if any(each.hint == Hint.UNKNOWN_VALUE for each in read(list_beside).advice):
        return None  # with what stands beside it in the list all of it is read as words
    return Place(
        start,
        end,
        typed,
        field,
        sign,
        is_quoted,
        others=_values(list_beside),
        beside=beside(text, begin, behind),
    )


def written(place: Place, value: str) -> str | None:
    """The value as it has to stand there: in quotes where it would not be read as one word. None where no way of
    writing it is read as it: a quotation mark of another script in it is one of the language's."""
    return _readable(value, is_quoted=place.is_quoted)


def as_field(name: str, value: str) -> str | None:
    text = _readable(value)
    return None if text is None else f"{name}:{text}"


def leaf_of(text: str) -> Leaf:
    """As the text that written() gives is read."""
    found = next(iter(tokens(f"x:{text}")))
    return found.values[0] if isinstance(found, Named) else Word(text)


def fields_called(typed: str) -> Iterator[FieldKind]:
    """Fields whose name begins so, or what people call them in their language."""
    folded = typed.casefold()
    for field in FIELDS.values():
        names = (field.name, *field.also, str(field.label).casefold())
        if any(name.startswith(folded) for name in names):
            yield field


def beside(text: str, begin: int, end: int) -> Node:
    """What all holds where something at this place of the query does: of brackets around it what stands in them too,
    of "OR" only its own side."""
    tree = read(f"{text[:begin]}{_HERE.text} {text[end:]}").tree
    return _without_here(tree) or NOTHING


def _without_here(node: Node) -> Node | None:
    """The path to the place, without the place; None where it is not on it."""
    if node == _HERE:
        return NOTHING
    if isinstance(node, Not):
        return _without_here(node.of)  # what it leaves out is counted as what it would find
    if not isinstance(node, And | Or):
        return None
    for number, each in enumerate(node.of):
        found = _without_here(each)
        if found is not None:
            others = (*node.of[:number], *node.of[number + 1 :]) if isinstance(node, And) else ()
            return conjunction((*others, found))
    return None


def _word(text: str, typed: str, start: int, after: str) -> Place | None:
    if '"' in typed:
        return None
    name = _NAME_AFTER.match(after)
    if name is not None:
        return Place(start, start + len(typed) + name.end(), typed, has_value=True)
    end = start + len(typed) + _up_to_end(after, typed, stops='"')
    return Place(start, end, typed, beside=beside(text, start, end))


def _sign(field: FieldKind, typed: str) -> str:
    if field.values not in {Values.DATE, Values.NUMBER}:
        return ""
    found = _SIGN.match(typed)
    return found[0] if found else ""


def _begin(before: str) -> int:
    """Where the token begins that ends at the cursor, behind its brackets and its sign of negation."""
    begin = len(before)
    for run in _RUN.finditer(before):
        if run.end() == len(before):
            begin = run.start()
    lead = _LEAD.match(before, begin)
    return lead.end() if lead else begin


def _up_to_quote(after: str) -> int:
    """How much of what follows the cursor belongs to a quoted value: all up to its own quote, else a word of it."""
    if after.replace('\\"', "").count('"') % 2:
        return after.index('"') + 1
    found = _AFTER.match(after)
    return found.end() if found else 0


def _up_to_end(after: str, typed: str, *, stops: str) -> int:
    """The same of what is written bare: up to a blank, or a bracket that was not opened in it."""
    opened = typed.count("(") - typed.count(")")
    for length, character in enumerate(after):
        opened += (character == "(") - (character == ")")
        if character.isspace() or character in stops or opened < 0:
            return length
    return len(after)


def _values(text: str) -> tuple[str, ...]:
    """Of `name:a,b`."""
    named = [each for each in tokens(text) if isinstance(each, Named)]
    return tuple(normalise(value.text) for each in named[:1] for value in each.values)


def _readable(value: str, *, is_quoted: bool = False) -> str | None:
    if not is_quoted and list(tokens(f"x:{value}")) == [
        Named("x", (Word(value),), f"x:{value}", is_quoted=False)
    ]:
        return value
    text = quoted(value)
    return text if leaf_of(text) == Phrase(value.strip()) and value.strip() else None
