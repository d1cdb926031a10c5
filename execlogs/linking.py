"""In which notebook of the library an execution ran. Derived: it ends the same whichever came first.

By its place where that is known: the notebook in use there, or the one that moved away from there. Else by what the
log calls it, whose home it was and the notebook's MEME, and only where exactly one fits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID

from execlogs.models import Execution
from notebooks.models import Notebook, Space
from notebooks.portions import portions

_FARTHEST = 10  # moves


class Placed(Protocol):
    """What is known of where an execution ran: a row, or one on its way there."""

    @property
    def place(self) -> str: ...
    @property
    def notebook_path(self) -> str: ...
    @property
    def notebook_meme(self) -> UUID | None: ...
    @property
    def who(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Candidate:
    pk: int
    path: str
    owner: str

    def is_of(self, who: str) -> bool:
        return self.owner == who or who in self.path.split("/")[:-1]


class Library:
    """The notebooks of a space that some executions may have run in."""

    def __init__(self, space: Space | int, executions: Iterable[Placed]) -> None:
        executions = list(executions)
        self._at = _at(space, {each.place for each in executions if each.place})
        self._called = _called(space, {each.notebook_meme for each in executions if _is_without_place(each)})

    def notebook_of(self, execution: Placed) -> int | None:
        if execution.place:
            return self._at.get(execution.place)
        if not _is_without_place(execution):
            return None
        found = self._called.get((execution.notebook_meme, execution.notebook_path), [])
        theirs = [each for each in found if each.is_of(execution.who)]
        # Where nobody is known, on either side, the name has to do.
        fitting = theirs or [each for each in found if not each.owner or not execution.who]
        return fitting[0].pk if len(fitting) == 1 else None


def relink(notebooks: Collection[int]) -> int:
    """Corrects where all say they ran that may have run in these notebooks, now that those came, changed, moved or
    went; says how many were wrong."""
    wrong = 0
    for pks in portions(notebooks):
        by_space: dict[int, set[_Ran]] = defaultdict(set)
        for each in _concerned(pks):
            by_space[each.space].add(each)
        wrong += sum(_link(space, executions) for space, executions in by_space.items())
    return wrong


class _Ran(NamedTuple):
    """What a row says of where it ran."""

    pk: int
    space: int
    notebook: int | None
    place: str
    notebook_path: str
    notebook_meme: UUID | None
    who: str


def _link(space: int, executions: Collection[_Ran]) -> int:
    library = Library(space, executions)
    moved: dict[int | None, list[int]] = defaultdict(list)
    for each in executions:
        notebook = library.notebook_of(each)
        if notebook != each.notebook:
            moved[notebook].append(each.pk)
    for notebook, pks in moved.items():
        for some in portions(pks):
            Execution.objects.filter(pk__in=some).update(notebook=notebook)
    return sum(map(len, moved.values()))


def _concerned(pks: Collection[int]) -> Iterator[_Ran]:
    rows = Execution.objects.order_by().values_list(*_Ran._fields)
    yield from map(_Ran._make, rows.filter(notebook__in=pks))
    for space, places, memes in _standing(pks):
        for some in portions(places):
            yield from map(_Ran._make, rows.filter(space=space, place__in=some))
        for some_memes in portions(memes):
            yield from map(_Ran._make, rows.filter(space=space, place="", notebook_meme__in=some_memes))


def _standing(pks: Collection[int]) -> Iterable[tuple[int, set[str], set[UUID]]]:
    """Of each space the places where these notebooks are and were, and their MEMEs."""
    places, memes = defaultdict(set), defaultdict(set)
    named = Notebook.objects.values_list("space", "path", "meme")
    for space, path, meme in (*named.filter(pk__in=pks), *named.filter(moved_to__in=pks)):
        places[space].add(path)
        if meme is not None:
            memes[space].add(meme)
    return [(space, places[space], memes[space]) for space in places]


def _at(space: Space | int, places: Collection[str]) -> Mapping[str, int]:
    here: dict[str, int] = {}
    for some in portions(places):
        here |= Notebook.objects.alive().filter(space=space, path__in=some).values_list("path", "pk")
    gone = [place for place in places if place not in here]
    for some in portions(gone):
        moved = Notebook.objects.filter(space=space, path__in=some).exclude(moved_to=None).order_by("pk")
        here |= _followed(dict(moved.values_list("path", "moved_to")))
    return here


def _followed(signposts: Mapping[str, int | None]) -> dict[str, int]:
    """From signpost to signpost, to where something in use stands at last."""
    ends: dict[str, int] = {}
    left = dict(signposts)
    for _ in range(_FARTHEST):
        rows = Notebook.objects.filter(pk__in=set(left.values())).values_list("pk", "deleted_at", "moved_to")
        known = {pk: (deleted_at, moved_to) for pk, deleted_at, moved_to in rows}
        on: dict[str, int | None] = {}
        for path, pk in left.items():
            deleted_at, moved_to = known.get(pk or 0, (True, None))
            if deleted_at is None and pk is not None:
                ends[path] = pk
            elif moved_to is not None:
                on[path] = moved_to
        if not (left := on):
            break
    return ends


def _called(
    space: Space | int, memes: Collection[UUID | None]
) -> Mapping[tuple[UUID | None, str], list[_Candidate]]:
    """The notebooks with these MEMEs by every name that a server may have for them: their path, or an end of it."""
    called: dict[tuple[UUID | None, str], list[_Candidate]] = defaultdict(list)
    for some in portions(memes):
        rows = Notebook.objects.alive().filter(space=space, meme__in=some)
        for pk, path, owner, meme in rows.values_list("pk", "path", "owner", "meme"):
            names = path.split("/")
            for start in range(len(names)):
                called[meme, "/".join(names[start:])].append(_Candidate(pk, path, owner))
    return called


def _is_without_place(execution: Placed) -> bool:
    return bool(not execution.place and execution.notebook_path and execution.notebook_meme)
