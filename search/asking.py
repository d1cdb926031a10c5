"""What a query asks of the index: its tree as Haystack's SQ, which means the same to every engine.

All of a query must be so, and at least one of its words must stand in what a document itself says: a title makes no hit
of every cell below it. `in:` says where the words beside it have to stand instead.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import TypeGuard

from haystack.query import SQ

from notebooks import memes
from search.analysis import atoms, normalise
from search.facts import Facts
from search.language.dates import stretch_of
from search.language.tree import And, Field, Leaf, Node, Not, Or, Phrase, Prefix, Word, parts
from search.standing import labels

# Fields whose values are words of a text, so that a hit shows them marked.
_OF_TEXT = {"title", "heading", "path"}
NEVER = SQ(kind__in=[])
_A_MOMENT = timedelta(microseconds=1)
# Where the words beside `in:` have to stand; and the kind of document, where the field is one of several kinds.
_PLACES: dict[str, tuple[tuple[str, ...], str]] = {
    "code": (("source",), "code"),
    "markdown": (("source",), "markdown"),
    "output": (("output",), ""),
    "error": (("error",), ""),
    "note": (("own",), "note"),
    "log": (("own",), "log"),
}


@dataclass(frozen=True, slots=True)
class Asking:
    facts: Facts
    now: datetime  # in the reader's time zone: where a day begins
    as_beginnings: bool = False

    def of(self, tree: Node) -> SQ:
        """SQ() where it asks for nothing that could be looked up."""
        if isinstance(tree, Or):
            return _any(self.of(each) for each in tree.of)
        whole = self._all(parts(tree), ())
        own = [self._leaf("own", each) for each in _free_words(tree)]
        return whole & _any(own) if own else whole

    def _node(self, node: Node, places: Sequence[str]) -> SQ:
        if isinstance(node, And):
            return self._all(node.of, places)
        if isinstance(node, Or):
            return _any(self._all(parts(each), places) for each in node.of)
        if isinstance(node, Not):
            return self._not(node.of, places)
        if isinstance(node, Field):
            return self._field(node)
        return self._word(node, places)

    def _all(self, nodes: Sequence[Node], places: Sequence[str]) -> SQ:
        """`places` are those of an `in:` around these; one beside them goes before it."""
        inside = [value.text for each in nodes if _is_field(each, "in") for value in each.values]
        elsewhere = [each for each in nodes if isinstance(each, Not) and _is_field(each.of, "in")]
        told = [each for each in nodes if _is_field(each, "by", "ran")]
        rest = [each for each in nodes if not _is_field(each, "in", "by", "ran") and each not in elsewhere]
        found = [self._node(each, inside or places) for each in rest]
        if inside and not any(_has_words(each) for each in rest):
            found.append(_any([_is_there(place) for place in inside]))
        found += [self._elsewhere(each.of, rest) for each in elsewhere]
        if told:
            found.append(self._executed(told))
        return _every(found)

    def _elsewhere(self, left_out: Node, rest: Sequence[Node]) -> SQ:
        """Not what has the words where `-in:` says, nor any of its kind where there are no words."""
        places = [value.text for value in left_out.values] if isinstance(left_out, Field) else []
        words = [each for each in rest if _has_words(each) and not isinstance(each, Not)]
        if not words:
            return ~_any([_is_there(place) for place in places])
        return ~_every([self._node(each, places) for each in words])

    def _not(self, node: Node, places: Sequence[str]) -> SQ:
        asked = self._executed([node]) if _is_field(node, "by", "ran") else self._node(node, places)
        return ~asked if asked else SQ()

    def _word(self, leaf: Leaf, places: Sequence[str]) -> SQ:
        if not places:
            return self._leaf("content", leaf)
        return _any(
            _of_kind(self._leaf(field, leaf), kind)
            for fields, kind in (_PLACES[place] for place in places)
            for field in fields
        )

    def _leaf(self, where: str, leaf: Leaf) -> SQ:
        if not atoms(leaf.text):
            return SQ()
        if isinstance(leaf, Prefix) or (self.as_beginnings and isinstance(leaf, Word)):
            return SQ(**{f"{where}__startswith": leaf.text})
        if isinstance(leaf, Phrase):
            return SQ(**{f"{where}__exact": leaf.text})
        if memes.parse(leaf.text) is not None:
            return _bearing(leaf.text) | SQ(**{f"{where}__exact": leaf.text})
        return SQ(**{f"{where}__content": leaf.text})

    # --- Fields

    def _field(self, field: Field) -> SQ:
        ask = _ASKED.get(field.name)
        if ask is not None:
            return _any(ask(self, value) for value in field.values)
        return _any(_named(field.name, value) for value in field.values)

    def _text(self, fields: Sequence[str], leaf: Leaf) -> SQ:
        return _any(self._leaf(field, leaf) for field in fields)

    def _space(self, leaf: Leaf) -> SQ:
        return SQ(space__in=self.facts.spaces_called(leaf.text, is_beginning=isinstance(leaf, Prefix)))

    def _moment(self, field: str, leaf: Leaf) -> SQ:
        stretch = stretch_of(leaf.text, self.now)
        if stretch is None:
            return NEVER
        if stretch.start is None or stretch.end is None:
            found = SQ(**{f"{field}__gte": stretch.start}) if stretch.start else SQ()
            return SQ(**{f"{field}__lt": stretch.end}) if stretch.end else found
        # At once, which costs half of both ends one by one; they count in.
        return SQ(**{f"{field}__range": (stretch.start, stretch.end - _A_MOMENT)})

    def _executed(self, told: Sequence[Node]) -> SQ:
        """Of all that `by:` and `ran:` say side by side at once: that who is meant did it then."""
        fields = [each for each in told if isinstance(each, Field)]
        people = [value for each in fields if each.name == "by" for value in each.values]
        times = [value for each in fields if each.name == "ran" for value in each.values]
        found = self.facts.executed(people, [stretch_of(value.text, self.now) for value in times])
        of_log = _every([_any([_named("owner", who) for who in people]), self._any_moment("updated", times)])
        return _borne(found) | _of_kind(of_log, "log")

    def _any_moment(self, field: str, values: Sequence[Leaf]) -> SQ:
        return _any([self._moment(field, value) for value in values])

    def _failed(self, leaf: Leaf) -> SQ:
        return _borne(self.facts.failed(leaf.text))

    def _has(self, leaf: Leaf) -> SQ:
        if leaf.text in {"note", "hazard"}:
            return self.facts.noted(only_hazards=leaf.text == "hazard")
        return SQ(has__exact=leaf.text)

    def _is(self, leaf: Leaf) -> SQ:
        if leaf.text == "stale":
            return self.facts.stale(self.now)
        return SQ(standing__in=labels(leaf.text, self.facts.spaces))


_ASKED: dict[str, Callable[[Asking, Leaf], SQ]] = {
    "title": lambda asking, leaf: asking._text(("title", "titled"), leaf),
    "heading": lambda asking, leaf: asking._text(("headings", "context"), leaf),
    "path": lambda asking, leaf: asking._text(("placed",), leaf),
    "folder": lambda _, leaf: _in_folder(leaf),
    "space": Asking._space,
    "meme": lambda _, leaf: _bearing(leaf.text),
    "has": Asking._has,
    "is": Asking._is,
    "failed": Asking._failed,
    "updated": lambda asking, leaf: asking._moment("updated", leaf),
    "created": lambda asking, leaf: asking._moment("created", leaf),
}
# The field of the index that holds names, folded, for those that hold nothing else.
NAMED = {
    "owner": "owners",
    "lang": "languages",
    "kernel": "kernels",
    "tag": "tags",
    "host": "hosts",
    "command": "commands",
    "service": "services",
    "package": "packages",
}

# Of these the names stand in the very texts.
_IN_TEXTS = {"tag", "host", "command", "service", "package"}


def words_of(node: Node) -> Iterator[Leaf]:
    """What of a query is text: free words, and those of fields that are texts. Not what must not be there."""
    if isinstance(node, And | Or):
        for each in node.of:
            yield from words_of(each)
    elif isinstance(node, Field):
        yield from node.values if node.name in _OF_TEXT else ()
    elif isinstance(node, Leaf) and atoms(node.text):
        yield node


def wanted(tree: Node) -> tuple[tuple[str, ...], ...]:
    """What to mark in a hit: words, and names of hosts and the like, which stand in code and outputs too."""
    return tuple(tuple(atoms(leaf.text)) for leaf in (*words_of(tree), *_names_of(tree)))


def _names_of(tree: Node) -> Iterator[Leaf]:
    for part in parts(tree):
        if isinstance(part, Field) and part.name in _IN_TEXTS:
            yield from (leaf for leaf in part.values if atoms(leaf.text))


def _named(name: str, leaf: Leaf) -> SQ:
    lookup = "startswith" if isinstance(leaf, Prefix) else "exact"
    return SQ(
        **{f"{NAMED[name]}__{lookup}": normalise(leaf.text.lstrip("#") if name == "tag" else leaf.text)}
    )


def _in_folder(leaf: Leaf) -> SQ:
    folder = leaf.text.strip("/")
    return SQ(folders__startswith=folder) if isinstance(leaf, Prefix) else SQ(folders__exact=folder)


def _bearing(text: str) -> SQ:
    meme = memes.parse(text)
    if meme is None:
        return NEVER
    return SQ(full_meme=str(meme)) if meme.branch else SQ(meme=str(meme.uuid))


def _borne(found: tuple[Collection[str], Collection[int]]) -> SQ:
    """Cells, and notes on them, by their MEMEs; runbooks by their ids."""
    cells, notebooks = found
    return (SQ(meme__in=list(cells)) & ~SQ(kind__in=["notebook", "log"])) | (
        SQ(notebook__in=list(notebooks)) & SQ(kind__exact="notebook")
    )


def _is_there(place: str) -> SQ:
    kind = _PLACES[place][1]
    return SQ(kind__exact=kind) if kind else SQ(has__exact=place)


def _of_kind(asked: SQ, kind: str) -> SQ:
    return asked & SQ(kind__exact=kind) if asked and kind else asked


def _is_field(node: Node, *names: str) -> TypeGuard[Field]:
    return isinstance(node, Field) and node.name in names


def _has_words(node: Node) -> bool:
    if isinstance(node, And | Or):
        return any(_has_words(each) for each in node.of)
    return _has_words(node.of) if isinstance(node, Not) else isinstance(node, Leaf)


def _free_words(node: Node) -> Iterator[Leaf]:
    """The words that no `in:` beside them or around them governs."""
    if isinstance(node, And):
        if not any(_is_field(each, "in") for each in node.of):
            for each in node.of:
                yield from _free_words(each)
    elif isinstance(node, Or):
        for each in node.of:
            yield from _free_words(each)
    elif isinstance(node, Leaf) and atoms(node.text):
        yield node


def _any(asked: Iterator[SQ] | Sequence[SQ]) -> SQ:
    return reduce(or_, asked, SQ())


def _every(asked: Sequence[SQ]) -> SQ:
    return reduce(and_, asked, SQ())
