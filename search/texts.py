"""Titles, headings and paths that hold what somebody has begun to type, and what a MEME stands for. From rows that the
person may see; the index only says which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from haystack.query import SQ

from lineage.families.naming import first_line
from notebooks import memes
from notebooks.models import Cell, Fragment, Notebook
from notebooks.parsing.model import CellType
from search.analysis import atoms, normalise
from search.naming import Name, named
from search.sight import NEWEST, Sight

LOOKED_AT = 60  # hits, many of which are copies
MOST_CELLS, MOST_NOTEBOOKS = 12, 30
MOST_FOLDERS = 100
LEAST_OF_A_HEADING = 2  # letters; of Japanese one says something


@dataclass(frozen=True, slots=True)
class Texts:
    sight: Sight

    def of(self, name: str, typed: str, narrowed: SQ) -> Iterator[str]:
        """Each once."""
        texts = _FINDING[name](self, typed, narrowed)
        return iter({normalise(text): text for text in texts if atoms(text)}.values())

    def first_lines(self, bearing: Sequence[str]) -> dict[str, str]:
        """Of a cell with each of these MEMEs, full or not."""
        wanted = {text: meme.uuid for text in bearing if (meme := memes.parse(text))}
        cells = Cell.objects.filter(notebook__space__in=list(self.sight.spaces), notebook__deleted_at=None)
        lines = {}
        for text, uuid in wanted.items():
            row = cells.filter(meme=uuid).order_by().values_list("source", "cell_type").first()
            lines[text] = first_line(row[0], is_code=row[1] == CellType.CODE) if row else ""
        return lines

    def _titles(self, typed: str, narrowed: SQ) -> Iterable[str]:
        notebooks = self._notebooks("title", "titled", typed, narrowed)
        return [notebook.title for notebook in notebooks]

    def _paths(self, typed: str, narrowed: SQ) -> Iterator[str]:
        """The folders first that hold most; then files."""
        # Of all there is the runbooks alone, which lie in the same folders as their cells.
        within = narrowed or SQ(kind__exact="notebook")
        begun = within & SQ(placed__startswith=typed) if atoms(typed) else within
        counted = self.sight.ask(begun, facets={"folders": {"limit": MOST_FOLDERS}}).counted.get(
            "folders", ()
        )
        for folder, _count in counted:
            yield from _stretch(folder, typed)
        if atoms(typed):
            for notebook in self._notebooks("placed", "placed", typed, narrowed):
                yield from _stretch(notebook.path, typed)

    def _headings(self, typed: str, narrowed: SQ) -> Iterator[str]:
        if len(typed) < LEAST_OF_A_HEADING and typed.isascii() and not narrowed:
            return  # the beginning of too much
        asked = SQ(kind__exact="markdown")
        if atoms(typed):
            asked &= SQ(headings__startswith=typed)
        hits = self._hits(narrowed & asked, typed) or self._hits(asked, typed)
        first_of_each = {hit.fold or hit.id: hit for hit in reversed(hits)}.values()
        names = (named(hit.id) for hit in islice(reversed(first_of_each), MOST_CELLS))
        places = [
            (name.notebook, name.index) for name in names if isinstance(name, Name) and name.index is not None
        ]
        seen = Cell.objects.at(places).filter(
            notebook__space__in=list(self.sight.spaces), notebook__deleted_at=None
        )
        fragments = Fragment.objects.filter(pk__in=seen.values("fragment"))
        for headings in fragments.values_list("headings", flat=True):
            yield from (text for _level, text, _anchor in headings if _holds(text, typed))

    def _notebooks(self, own: str, shared: str, typed: str, narrowed: SQ) -> list[Notebook]:
        """In the order of their hits; beside other words those that hold most of these."""
        begun = SQ(**{f"{own}__startswith": typed}) | SQ(**{f"{shared}__startswith": typed})
        if narrowed:
            asked = narrowed & begun if atoms(typed) else narrowed
            counted = self.sight.ask(asked, facets={"notebook": {"limit": MOST_NOTEBOOKS}}).counted
            pks = [int(pk) for pk, _count in counted.get("notebook", ())]
        else:
            asked = SQ(kind__exact="notebook") & begun if atoms(typed) else SQ(kind__exact="notebook")
            pks = [Name.of(hit.id).notebook for hit in self._hits(asked, typed)[:MOST_NOTEBOOKS]]
        seen = Notebook.objects.alive().filter(space__in=list(self.sight.spaces))
        rows = seen.only("title", "path").in_bulk(pks)
        return [rows[pk] for pk in pks if pk in rows]

    def _hits(self, asked: SQ, typed: str) -> Sequence[Any]:
        return self.sight.ask(asked, order=() if atoms(typed) else NEWEST, size=LOOKED_AT).results


_FINDING: dict[str, Callable[[Texts, str, SQ], Iterable[str]]] = {
    "title": Texts._titles,
    "heading": Texts._headings,
    "path": Texts._paths,
}


def _stretch(path: str, typed: str) -> Iterator[str]:
    """Of a path, from the part that begins as was typed to the end of the last part that was."""
    begun = normalise(typed)
    names = path.split("/")
    for start in range(len(names)):
        rest = "/".join(names[start:])
        if rest and normalise(rest).startswith(begun):
            end = rest.find("/", len(begun) + 1)
            yield rest if end < 0 else rest[:end]
            return


def _holds(text: str, typed: str) -> bool:
    """Whether its words are there, the last one as a beginning."""
    wanted, found = atoms(typed), atoms(text)
    if not wanted:
        return True
    places = range(len(found) - len(wanted) + 1)
    *whole, last = wanted
    return any(
        found[at : at + len(whole)] == whole and found[at + len(whole)].startswith(last) for at in places
    )
