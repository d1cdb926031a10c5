"""What a query is once it is understood. Values only; what a field means is in fields.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str  # side by side, as written


@dataclass(frozen=True, slots=True)
class Prefix:
    text: str  # words that begin so


Leaf = Word | Phrase | Prefix


@dataclass(frozen=True, slots=True)
class Field:
    """`name:a,b`: any of the values."""

    name: str  # as fields.py calls it
    values: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Not:
    of: Node


@dataclass(frozen=True, slots=True)
class And:
    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    of: tuple[Node, ...]


Node = Leaf | Field | Not | And | Or

NOTHING = And(())


def conjunction(nodes: tuple[Node, ...]) -> Node:
    """Flat, and one alone is itself: so that equal meanings are equal trees."""
    flat = tuple(each for node in nodes for each in (node.of if isinstance(node, And) else (node,)))
    return flat[0] if len(flat) == 1 else And(flat)


def disjunction(nodes: tuple[Node, ...]) -> Node:
    flat = tuple(each for node in nodes for each in (node.of if isinstance(node, Or) else (node,)))
    return flat[0] if len(flat) == 1 else Or(flat)


def negation(node: Node) -> Node:
    return node.of if isinstance(node, Not) else Not(node)


def parts(node: Node) -> tuple[Node, ...]:
    """What must all be so: the chips of a query."""
    return node.of if isinstance(node, And) else (node,)


def without(node: Node, index: int) -> Node:
    """The query with one of its parts taken away."""
    return conjunction(tuple(each for number, each in enumerate(parts(node)) if number != index))


def positives(node: Node) -> Iterator[Leaf]:
    """The words that a hit may have, in order; those of fields too."""
    if isinstance(node, Field):
        yield from node.values
    elif isinstance(node, And | Or):
        for each in node.of:
            yield from positives(each)
    elif not isinstance(node, Not):
        yield node
