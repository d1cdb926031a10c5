"""Hits by what they are and not by where they stand: a cell that moved in its notebook, or was saved again, is no new
hit."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from execlogs.models import Execution
from notebooks.models import Cell, Notebook, Space
from notebooks.portions import portions
from search.models.saved import KEY_LENGTH
from search.naming import AnyName, LogName, Name, NoteName, named
from stickies.models import Note


@dataclass(frozen=True, slots=True)
class NewHit:
    key: str
    space: int
    title: str  # of what it stands in, or its first line


def hits_of(identifiers: Sequence[str], spaces: Mapping[int, Space]) -> list[NewHit]:
    """In their order; what is gone since, or is in none of `spaces`, is left out."""
    names = [named(each) for each in identifiers]
    made: dict[AnyName, NewHit] = {}
    made.update(_in_notebooks([name for name in names if isinstance(name, Name)], spaces))
    made.update(_notes([name for name in names if isinstance(name, NoteName)], spaces))
    made.update(_logs([name for name in names if isinstance(name, LogName)], spaces))
    return [made[name] for name in names if name in made]


def _in_notebooks(names: Collection[Name], spaces: Mapping[int, Space]) -> Iterator[tuple[Name, NewHit]]:
    wanted = {name.notebook for name in names}
    rows = {
        pk: (space, title)
        for some in portions(wanted)
        for pk, space, title in Notebook.objects.alive()
        .filter(pk__in=some)
        .values_list("pk", "space_id", "title")
        if space in spaces
    }
    memes = dict(_memes(rows))
    for name in names:
        if name.notebook not in rows:
            continue
        place = str(name.notebook)
        if name.index is None:
            yield name, NewHit(_key("notebook", place), *rows[name.notebook])
        elif (meme := memes.get((name.notebook, name.index))) is not None:
            yield name, NewHit(_key("cell", place, meme), *rows[name.notebook])


def _memes(notebooks: Collection[int]) -> Iterator[tuple[tuple[int, int], str]]:
    for some in portions(notebooks):
        rows = Cell.objects.filter(notebook__in=some).order_by()
        for notebook, index, meme, branch in rows.values_list("notebook_id", "index", "meme", "branch"):
            yield (notebook, index), f"{meme}-{branch}"


def _notes(names: Iterable[NoteName], spaces: Mapping[int, Space]) -> Iterator[tuple[NoteName, NewHit]]:
    for some in portions([name.note for name in names]):
        rows = Note.objects.alive().filter(pk__in=some).values_list("pk", "space_id", "title", "body")
        for pk, space, title, body in rows:
            if space in spaces:
                yield NoteName(pk), NewHit(_key("note", str(pk)), space, title or _first_line(body))


def _logs(names: Iterable[LogName], spaces: Mapping[int, Space]) -> Iterator[tuple[LogName, NewHit]]:
    for some in portions([name.execution for name in names]):
        rows = Execution.objects.filter(pk__in=some).values_list("pk", "space_id", "error", "headline")
        for pk, space, error, headline in rows:
            if space in spaces:
                yield LogName(pk), NewHit(_key("log", str(pk)), space, error or headline)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _key(*parts: str) -> str:
    return hashlib.blake2s("\n".join(parts).encode(), digest_size=KEY_LENGTH // 2).hexdigest()
