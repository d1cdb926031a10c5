"""How a query was understood, part by part: what the page shows as chips and the API as terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from notebooks import memes
from search.analysis import atoms
from search.language import Query, write
from search.language.fields import FIELDS
from search.language.tree import Field, Leaf, Node, Not, Phrase, Prefix, parts, without
from search.saying import values_said


class Kind(StrEnum):
    WORD = "word"
    PHRASE = "phrase"
    PREFIX = "prefix"
    MEME = "meme"  # all branches of a UUID
    BRANCH = "branch"  # one branch, by its full id
    FIELD = "field"
    GROUP = "group"
    IGNORED = "ignored"  # nothing in it that could be searched


@dataclass(frozen=True, slots=True)
class Part:
    kind: Kind
    text: str  # of a field its values, else as it is written
    field: str = ""  # its name
    label: str = ""  # and what people call it
    said: str = ""  # its values in words
    is_negated: bool = False
    without: str = ""  # the query without this part


def parts_of(query: Query) -> tuple[Part, ...]:
    return tuple(_parts(query))


def _parts(query: Query) -> Iterator[Part]:
    for number, node in enumerate(parts(query.tree)):
        inner = node.of if isinstance(node, Not) else node
        rest = write(without(query.tree, number))
        if isinstance(inner, Field):
            kind_of_field = FIELDS[inner.name]
            label, said = str(kind_of_field.label), values_said(kind_of_field, inner)
            yield Part(Kind.FIELD, _values(inner), inner.name, label, said, inner is not node, rest)
        else:
            kind = _kind(inner)
            text = inner.text if kind is Kind.PHRASE and isinstance(inner, Leaf) else write(inner)
            yield Part(kind, text, is_negated=inner is not node, without=rest)


def _values(field: Field) -> str:
    return ", ".join(f"{value.text}*" if isinstance(value, Prefix) else value.text for value in field.values)


def _kind(node: Node) -> Kind:
    if not isinstance(node, Leaf):
        return Kind.GROUP
    meme = memes.parse(node.text)
    if meme is not None and not isinstance(node, Prefix):
        return Kind.BRANCH if meme.branch else Kind.MEME
    if not atoms(node.text):
        return Kind.IGNORED
    if isinstance(node, Phrase):
        return Kind.PHRASE
    return Kind.PREFIX if isinstance(node, Prefix) else Kind.WORD
