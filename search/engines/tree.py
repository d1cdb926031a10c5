"""A search as a tree of values, between Haystack's SQ and an engine's own query objects.

Haystack's engines build query strings, which want escaping and are parsed again; nothing here is ever parsed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from haystack.backends import SearchNode
from haystack.exceptions import SearchBackendError

from search.analysis import atoms

CONTENT = "content"  # every text field
OWN = "own"  # every text field that makes a hit by itself
FOLD = "fold"  # a number that copies of one thing share; engines tell it with each hit


@dataclass(frozen=True, slots=True)
class All:
    pass


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


@dataclass(frozen=True, slots=True)
class And:
    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    of: Node


@dataclass(frozen=True, slots=True)
class Text:
    """Atoms side by side in a text field, in all (CONTENT) or in those that make a hit (OWN)."""

    field: str
    atoms: tuple[str, ...]
    is_prefix: bool = False  # the last atom is a beginning
    is_exact: bool = False  # as written, not as a part of a word written together
    is_near: bool = False  # one atom, or what is but few letters apart: search/near.py


@dataclass(frozen=True, slots=True)
class Value:
    """A keyword, number or moment that is one of these."""

    field: str
    any_of: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Beginning:
    """A keyword that begins so."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Between:
    field: str
    low: Any = None
    high: Any = None
    with_low: bool = True
    with_high: bool = True


Node = All | Nothing | And | Or | Not | Text | Value | Beginning | Between


def demands(node: Node) -> tuple[Node, ...]:
    """What must all be so, however it is nested."""
    return tuple(each for part in node.of for each in demands(part)) if isinstance(node, And) else (node,)


def is_said(text: Text, beside: Collection[Node]) -> bool:
    """What stands in a text that makes a hit stands in one of all texts, so this asks for nothing more."""
    return text.field == CONTENT and replace(text, field=OWN) in beside


def without_said(node: Node) -> Node:
    """The same documents, with less to look at: for counting, where nothing is ranked."""
    of = demands(node)
    left = tuple(each for each in of if not (isinstance(each, Text) and is_said(each, of)))
    return left[0] if len(left) == 1 else And(left)


_NARROW = re.compile(r'(?P<field>\w+):(?P<quote>"?)(?P<value>.+)(?P=quote)', re.DOTALL)
_BOUNDS = {
    "gt": ("low", False),
    "gte": ("low", True),
    "lt": ("high", False),
    "lte": ("high", True),
}


class Builder:
    """Makes trees for documents that have `text_fields`; all other fields hold values."""

    def __init__(self, text_fields: Iterable[str]) -> None:
        self.text_fields = {CONTENT, OWN, *text_fields}

    def of(self, node: SearchNode) -> Node:
        """What an SQ and its children ask for; All where it asks for nothing."""
        children = tuple(self._child(node, child) for child in node.children)
        if not children:
            return All()
        whole: Node = children[0]
        if len(children) > 1:
            whole = Or(children) if node.connector == node.OR else And(children)
        return Not(whole) if node.negated else whole

    def of_words(self, text: str, field: str = CONTENT) -> Node:
        """Every word of a plain text; none of it is syntax."""
        words = tuple(Text(field, tuple(found)) for word in text.split() if (found := atoms(word)))
        return And(words) if words else Nothing()

    def of_narrowing(self, text: str) -> Node:
        """`field:value` as SearchQuerySet.narrow() takes it; anything else is words."""
        match = _NARROW.fullmatch(text)
        if match is None:
            return self.of_words(text)
        return self.condition(match["field"], "exact", match["value"])

    def condition(self, field: str, lookup: str, value: Any) -> Node:
        value = _plain(value)
        if field in self.text_fields:
            return self._text(field, lookup, value)
        return _value(field, lookup, value)

    def _child(self, node: SearchNode, child: Any) -> Node:
        if isinstance(child, SearchNode):
            return self.of(child)
        expression, value = child
        field, lookup = node.split_expression(expression)
        if getattr(value, "input_type_name", "") == "exact":
            lookup = "exact"
        return self.condition(field, lookup, value)

    def _text(self, field: str, lookup: str, value: Any) -> Node:
        if lookup in {"content", "contains"}:
            return self.of_words(str(value), field)
        if lookup == "in":
            return Or(tuple(self._text(field, "exact", each) for each in value)) if value else Nothing()
        if lookup in {"exact", "startswith"}:
            found = tuple(atoms(str(value)))
            is_prefix = lookup == "startswith"
            return Text(field, found, is_prefix=is_prefix, is_exact=not is_prefix) if found else Nothing()
        if lookup == "fuzzy":
            near = tuple(Text(field, (atom,), is_near=True) for atom in atoms(str(value)))
            return And(near) if near else Nothing()
        raise SearchBackendError(f"Text cannot be searched by {lookup!r}.")


def positive_texts(node: Node) -> Iterator[Text]:
    """The texts that a hit holds, leaving out what it must not."""
    if isinstance(node, Text):
        yield node
    elif isinstance(node, And | Or):
        for each in node.of:
            yield from positive_texts(each)


def _plain(value: Any) -> Any:
    """The value in one of Haystack's input types (Exact, Clean, AutoQuery...), and query sets as lists."""
    if hasattr(value, "input_type_name"):
        return value.query_string
    return list(value) if hasattr(value, "values_list") else value


def _value(field: str, lookup: str, value: Any) -> Node:
    if lookup in {"content", "exact"}:
        return Value(field, (value,))
    if lookup == "in":
        return Value(field, tuple(value)) if value else Nothing()
    if lookup == "range":
        return Between(field, value[0], value[1])
    if lookup in _BOUNDS:
        side, inclusive = _BOUNDS[lookup]
        return Between(field, **{side: value, f"with_{side}": inclusive})
    if lookup == "startswith":
        return Beginning(field, str(value))
    raise SearchBackendError(f"Values cannot be searched by {lookup!r}.")
