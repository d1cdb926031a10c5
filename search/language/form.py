"""A query as the fields of a form, and back. Pure.

What a form has no field for stays text among its words: nothing of a query is lost on the way there and back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from search.language.lexing import Named, tokens, unified
from search.language.reading import read
from search.language.tree import (
    Field,
    Leaf,
    Node,
    Not,
    Or,
    Phrase,
    Word,
    conjunction,
    parts,
)
from search.language.writing import write

TEXTS = ("title", "path")  # each word of theirs must be there
LISTS = ("space", "owner", "by", "lang", "tag", "host", "command")  # any of them, with commas between
CHOICES = ("in", "has", "is")
SPANS = ("ran", "updated")  # days, from one to another

_QUOTED = r'"(?P<quoted>(?:\\["\\]|[^"])*+)"'
_WORD = re.compile(rf"{_QUOTED}|(?P<bare>\S+)")
_LISTED = re.compile(rf"\s*(?:{_QUOTED}\s*(?=,|$)|(?P<bare>[^,]*))(?:,|$)")
_ESCAPED = re.compile(r"\\([\\\"])")
_DAY = r"\d{4}-\d\d-\d\d"
_SPAN = re.compile(rf">=(?P<since>{_DAY})|<=(?P<until>{_DAY})|(?P<first>{_DAY})\.\.(?P<last>{_DAY})")


@dataclass(frozen=True, slots=True)
class Span:
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    words: str = ""
    phrase: str = ""
    none: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)


# --- From the form to the query


def query_of(form: Filled) -> str:
    """In the query language."""
    return write(conjunction((read(form.words).tree, *_nodes(form))))


def _nodes(form: Filled) -> Iterator[Node]:
    if phrase := form.phrase.strip().strip('"').strip():
        yield Phrase(phrase)
    for name, values in _fields(form):
        if values:
            yield Field(name, tuple(values))
    for word in _words(form.none, _word):
        yield Not(word)


def _fields(form: Filled) -> Iterator[tuple[str, Sequence[Leaf]]]:
    for name in CHOICES:
        yield name, [Word(each) for each in form.choices.get(name, ())]
    for name in TEXTS:
        for word in _words(form.texts.get(name, ""), _bare):
            yield name, [word]
    for name in LISTS:
        yield name, list(_listed(form.lists.get(name, "")))
    for name in SPANS:
        if value := _bare(_span(form.spans.get(name, Span()))):
            yield name, [value]


def _words(text: str, read_one: Callable[[str], Leaf | None]) -> Iterator[Leaf]:
    for found in _WORD.finditer(unified(text)):
        if word := _phrase(found) if found["bare"] is None else read_one(found["bare"]):
            yield word


def _listed(text: str) -> Iterator[Leaf]:
    for found in _LISTED.finditer(unified(text).replace("、", ",")):
        if value := _phrase(found) if found["bare"] is None else _bare(found["bare"].strip()):
            yield value


def _phrase(found: re.Match[str]) -> Phrase | None:
    text = _ESCAPED.sub(r"\1", found["quoted"]).strip()
    return Phrase(text) if text else None


def _bare(text: str) -> Leaf | None:
    """As a field reads it that has nothing else behind its colon."""
    match list(tokens(f"x:{text}")):
        case [Named(values=(value,), is_quoted=False)]:
            return value
    return Phrase(text) if text else None


def _word(text: str) -> Leaf:
    """As a query reads it that has nothing else."""
    tree = read(text).tree
    return tree if isinstance(tree, Leaf) else Phrase(text)


def _span(span: Span) -> str:
    if span.since and span.until:
        return f"{span.since}..{span.until}"
    return f">={span.since}" if span.since else f"<={span.until}" if span.until else ""


# --- From the query to the form


def filled(tree: Node) -> Filled:
    """What a form has fields for; the rest in `words`."""
    filling = _Filling()
    rest = [tree] if isinstance(tree, Or) else [node for node in parts(tree) if not filling.takes(node)]
    return Filled(
        write(conjunction(tuple(rest))),
        filling.phrase,
        " ".join(filling.none),
        {name: " ".join(words) for name, words in filling.texts.items()},
        filling.lists,
        filling.choices,
        filling.spans,
    )


class _Filling:
    def __init__(self) -> None:
        self.phrase = ""
        self.none: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.lists: dict[str, str] = {}
        self.choices: dict[str, Sequence[str]] = {}
        self.spans: dict[str, Span] = {}

    def takes(self, node: Node) -> bool:
        if isinstance(node, Phrase) and not self.phrase and '"' not in node.text:
            self.phrase = node.text
            return True
        if isinstance(node, Not) and isinstance(node.of, Leaf):
            self.none.append(write(node.of))
            return True
        return isinstance(node, Field) and self._takes_field(node.name, node.values)

    def _takes_field(self, name: str, values: Sequence[Leaf]) -> bool:
        """Of lists and choices the first of a name: in a form one field cannot say "and"."""
        if name in TEXTS and len(values) == 1:
            self.texts.setdefault(name, []).append(write(values[0]))
        elif name in LISTS and name not in self.lists:
            self.lists[name] = ", ".join(write(each) for each in values)
        elif name in CHOICES and name not in self.choices:
            self.choices[name] = [each.text for each in values]
        elif name in SPANS and name not in self.spans and (span := _span_in(values)):
            self.spans[name] = span
        else:
            return False
        return True


def _span_in(values: Sequence[Leaf]) -> Span | None:
    found = _SPAN.fullmatch(values[0].text) if len(values) == 1 and isinstance(values[0], Word) else None
    if found is None:
        return None
    return Span(found["since"] or found["first"] or "", found["until"] or found["last"] or "")
