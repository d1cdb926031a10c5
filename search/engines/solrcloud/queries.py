"""Trees as Solr's JSON queries. What people typed is a value in them, and never parsed. Pure but for `endings`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from search.analysis import SINGLE
from search.engines.fields import KeywordField, LabelsField, MomentField, NumberField
from search.engines.solrcloud.schema import JAPANESE, beginning, token
from search.engines.tree import All, And, Beginning, Between, Node, Not, Nothing, Or, Text, Value
from search.near import edits_for

Weighted = tuple[tuple[str, float], ...]  # fields
Query = dict[str, Any]

# Of the fields that a word stands in, the best one counts, the others a little.
TIE_BREAKER = 0.1
# What kuromoji finds too is so much better: words that are cut where people would cut them.
JAPANESE_WEIGHT = 0.5
SEPARATOR = "\x1f"  # stands in hardly any value
EVERYTHING = "*:*"
_LONGEST_PHRASE = 1000


@dataclass(frozen=True, slots=True)
class Queries:
    fields: Mapping[str, Any]
    text_fields: Callable[[str], Weighted]
    parts_fields: Callable[[str], Weighted]
    endings: Callable[[Sequence[str], str], Sequence[str]]  # atoms in these fields that begin so

    def of(self, node: Node) -> Query:
        match node:
            case And(of):
                return self._all(of)
            case Or(of):
                return _bool(should=[self.of(each) for each in of])
            case Text():
                return self._text(node)
            case _:
                return _bool(filter=[self._silent(node)])

    def _all(self, nodes: Sequence[Node]) -> Query:
        """What says nothing of how good a hit is only lets pass."""
        telling = [each for each in nodes if _tells(each)]
        silent = [each for each in nodes if not _tells(each)]
        return _bool(must=[self.of(each) for each in telling], filter=[self._silent(each) for each in silent])

    def _silent(self, node: Node) -> Query | str:  # noqa: PLR0911  one line a kind of node
        match node:
            case All():
                return EVERYTHING
            case Nothing():
                return _bool(filter=[EVERYTHING], must_not=[EVERYTHING])
            case Not(of):
                return _bool(filter=[EVERYTHING], must_not=[self.of(of)])
            case Value(field, any_of):
                return self._value(field, any_of)
            case Beginning(field, text):
                return {"prefix": {"f": field, "query": beginning(text)}}
            case Between():
                return self._between(node)
            case _:
                return self.of(node)

    # --- Text

    def _text(self, text: Text) -> Query:
        fields = self.text_fields(text.field)
        if len(text.atoms) == 1 and not text.is_exact:
            fields += self.parts_fields(text.field)
        *before, last = (token(atom) for atom in text.atoms)
        if text.is_near and (edits := edits_for(last)):
            return _in_any(fields, f"{last}~{edits}")
        # No atom is longer than such a character, so none begins with it.
        if not text.is_prefix or SINGLE.match(last):
            return self._better_in_japanese(_side_by_side(fields, [*before, last]), text)
        if not before:
            return _in_any(fields, f"{beginning(text.atoms[0])}*")
        ends = self.endings([name for name, _ in fields], beginning(text.atoms[-1]))
        if not ends:
            return self.of(Nothing())
        return _bool(should=[_side_by_side(fields, [*before, end]) for end in ends])

    def _better_in_japanese(self, query: Query, text: Text) -> Query:
        """The same hits. Only where all that makes a hit is asked for: kuromoji's field tells none apart."""
        if text.field in self.fields or not any(SINGLE.match(atom) for atom in text.atoms):
            return query
        words = {"query": f'"{_written(text.atoms)}"', "qf": f"{JAPANESE}^{JAPANESE_WEIGHT}"}
        return _bool(must=[query], should=[{"edismax": words}])

    # --- Values

    def _value(self, field: str, any_of: Sequence[Any]) -> Query:
        values = [self.plain(field, value) for value in any_of]
        if len(values) == 1 or any(SEPARATOR in value for value in values):
            return _bool(should=[{"term": {"f": field, "query": value}} for value in values])
        return {"terms": {"f": field, "separator": SEPARATOR, "query": SEPARATOR.join(values)}}

    def _between(self, node: Between) -> Query:
        """In Solr's own syntax, as it has no other: numbers and moments, and quoted texts."""
        begin, end = "[" if node.with_low else "{", "]" if node.with_high else "}"
        low, high = (self._bound(node.field, each) for each in (node.low, node.high))
        return {"lucene": {"df": node.field, "query": f"{begin}{low} TO {high}{end}"}}

    def _bound(self, field: str, value: Any) -> str:
        if value is None:
            return "*"
        plain = self.plain(field, value)
        if isinstance(self.fields.get(field), NumberField | MomentField):
            return f'"{plain}"' if plain.startswith("-") else plain
        return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def plain(self, field: str, value: Any) -> str:
        """Raises ValueError for what is no such value."""
        declared = self.fields.get(field)
        if isinstance(declared, NumberField):
            return str(int(value))
        if isinstance(declared, MomentField):
            return moment(value)
        return token(str(value)) if isinstance(declared, KeywordField | LabelsField) else str(value)


def moment(value: datetime) -> str:
    """Python writes years before 1000 without their zeros; Solr has them so, to the millisecond."""
    told = value.astimezone(UTC) if value.tzinfo else value
    return f"{told:%Y-%m-%dT%H:%M:%S}.{told.microsecond // 1000:03d}Z".rjust(24, "0")


def _tells(node: Node) -> bool:
    """Whether it says how good a hit is."""
    return isinstance(node, Text) or (isinstance(node, And | Or) and any(_tells(each) for each in node.of))


def _bool(**clauses: Sequence[Query | str]) -> Query:
    return {"bool": {name: list(queries) for name, queries in clauses.items() if queries}}


def _side_by_side(fields: Weighted, tokens: Sequence[str]) -> Query:
    return _in_any(fields, f'"{" ".join(tokens)}"')


def _in_any(fields: Weighted, text: str) -> Query:
    """`text` is atoms in quotes, the beginning of one, or one that is near. An atom is letters and digits: none of it
    is syntax."""
    weights = " ".join(f"{name}^{weight}" for name, weight in fields)
    return {"edismax": {"qf": weights, "tie": str(TIE_BREAKER), "query": text}}


def _written(atoms: Sequence[str]) -> str:
    """As it was written, as far as atoms tell: a blank only between two that are no single characters."""
    return "".join(_with_blanks(atoms))[:_LONGEST_PHRASE]


def _with_blanks(atoms: Sequence[str]) -> Iterator[str]:
    before = ""
    for atom in atoms:
        is_apart = before and not SINGLE.match(before) and not SINGLE.match(atom)
        yield f" {atom}" if is_apart else atom
        before = atom
