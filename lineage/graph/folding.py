"""How cells travelled between runbooks: arcs between them, folded until they can be read. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from uuid import UUID

Key = int | str  # a runbook's id, or the folder that stands for several

ELSEWHERE = "/"  # the group of what lies in many folders; no folder is called so

MOST_NODES = 30
MOST_GROUPS = 6
MOST_ARCS = 60


@dataclass(frozen=True, slots=True)
class Held:
    """That a runbook holds cells of a family."""

    family: UUID
    runbook: int
    branchings: int  # of its least branched cell
    since: str  # a moment as the database writes it, which is only compared: thousands take long to be read

    @property
    def age(self) -> tuple[int, str, int]:
        """What is least is nearest to where the family began."""
        return self.branchings, self.since, self.runbook


@dataclass(frozen=True, slots=True)
class Arc:
    start: Key
    end: Key
    families: int  # that went from the one to the other
    alike: int = 0  # of those, told by likeness alone


@dataclass(frozen=True, slots=True)
class Group:
    """Runbooks of one folder that are drawn as one."""

    folder: str
    runbooks: tuple[int, ...]  # the most entangled first
    inner: int  # families that went between them
    skip: int = 0  # how many of them to pass over where it is opened next


@dataclass(frozen=True, slots=True)
class Graph:
    """Every family that travelled is counted once: along an arc, inside a group, or as too faint to draw."""

    runbooks: tuple[int, ...]
    groups: tuple[Group, ...]
    arcs: tuple[Arc, ...]  # the strongest first
    faint: int = 0

    @property
    def keys(self) -> tuple[Key, ...]:
        return (*self.runbooks, *(group.folder for group in self.groups))


@dataclass(frozen=True, slots=True)
class Kinship:
    """That a family comes from another where the ids do not show it."""

    child: UUID
    parent: UUID
    how: str  # as lineage.models.Descent has it
    is_sure: bool  # else it is only that the texts are alike


def arcs_of(held: Iterable[Held], kinships: Iterable[Kinship] = ()) -> list[Arc]:
    """Each family goes from where it began to whoever else holds it; a new family comes from its parent's.

    A child and a parent are told once. The strongest arcs come first.
    """
    holders: dict[UUID, list[Held]] = defaultdict(list)
    for each in held:
        holders[each.family].append(each)
    origins = {family: min(rows, key=lambda row: row.age).runbook for family, rows in holders.items()}
    travelled = _Travelled()
    for family, rows in holders.items():
        for runbook in {row.runbook for row in rows} - {origins[family]}:
            travelled.add(origins[family], runbook, 1, 0)
    for kin in kinships:
        if kin.child in origins and kin.parent in origins and origins[kin.child] != origins[kin.parent]:
            travelled.add(origins[kin.parent], origins[kin.child], 1, 0 if kin.is_sure else 1)
    return travelled.arcs()


class _Travelled:
    """Families counted by the way they went."""

    def __init__(self) -> None:
        self._families: Counter[tuple[Key, Key]] = Counter()
        self._alike: Counter[tuple[Key, Key]] = Counter()

    def add(self, start: Key, end: Key, families: int, alike: int) -> None:
        self._families[start, end] += families
        self._alike[start, end] += alike

    def arcs(self) -> list[Arc]:
        """The strongest first."""
        arcs = [Arc(*way, families, self._alike[way]) for way, families in self._families.items()]
        return sorted(arcs, key=lambda arc: (-arc.families, str(arc.start), str(arc.end)))


def fold(arcs: Sequence[Arc], folders: Mapping[int, str], opened: str | None = None, skip: int = 0) -> Graph:
    """What can be read of these arcs between runbooks: the most entangled are kept, the others go by folder.

    `opened` is a group of the graph that has nothing opened; its runbooks from `skip` on are then kept first.
    """
    ranked = _ranked(arcs)
    graph = _folded(arcs, ranked, folders)
    hidden = next((group.runbooks for group in graph.groups if group.folder == opened), ())
    if not hidden:
        return graph
    skip %= len(hidden)
    first = hidden[skip:]
    rest = set(ranked).difference(first)
    graph = _folded(arcs, [*first, *(each for each in ranked if each in rest)], folders)
    # Who opens the group again goes on after what it shows now.
    then = skip + len(set(first).intersection(graph.runbooks))
    groups = (replace(group, skip=then) if group.folder == opened else group for group in graph.groups)
    return replace(graph, groups=tuple(groups))


def _folded(arcs: Sequence[Arc], ranked: Sequence[int], folders: Mapping[int, str]) -> Graph:
    kept, folded = _kept(ranked, folders)
    place: dict[Key, Key] = {runbook: folder for folder, members in folded.items() for runbook in members}
    travelled = _Travelled()
    inner: Counter[Key] = Counter()
    for arc in arcs:
        start, end = place.get(arc.start, arc.start), place.get(arc.end, arc.end)
        if start == end:
            inner[start] += arc.families
        else:
            travelled.add(start, end, arc.families, arc.alike)
    drawn = travelled.arcs()
    groups = tuple(Group(folder, tuple(members), inner[folder]) for folder, members in folded.items())
    faint = sum(arc.families for arc in drawn[MOST_ARCS:])
    return Graph(tuple(kept), groups, tuple(drawn[:MOST_ARCS]), faint)


def _kept(ranked: Sequence[int], folders: Mapping[int, str]) -> tuple[list[int], dict[str, list[int]]]:
    """Those that stand for themselves, and the others by folder, the greatest folder first."""
    if len(ranked) <= MOST_NODES:
        return list(ranked), {}
    kept = list(ranked[: MOST_NODES - MOST_GROUPS])
    by_folder: dict[str, list[int]] = defaultdict(list)
    for runbook in ranked[len(kept) :]:
        by_folder[folders[runbook]].append(runbook)
    greatest = sorted(by_folder.items(), key=lambda item: (-len(item[1]), item[0]))
    room = MOST_GROUPS if len(greatest) <= MOST_GROUPS else MOST_GROUPS - 1
    folded = dict(islice(greatest, room))
    # A group of one takes as much room as the one.
    kept += [members[0] for members in folded.values() if len(members) == 1]
    folded = {folder: members for folder, members in folded.items() if len(members) > 1}
    elsewhere = {runbook for _, members in greatest[room:] for runbook in members}
    if elsewhere:
        folded[ELSEWHERE] = [runbook for runbook in ranked if runbook in elsewhere]
    return kept, folded


def _ranked(arcs: Iterable[Arc]) -> list[int]:
    """Runbooks by how many families came and went, the most first."""
    strength: Counter[int] = Counter()
    for arc in arcs:
        for end in (arc.start, arc.end):
            if isinstance(end, int):
                strength[end] += arc.families
    return sorted(strength, key=lambda runbook: (-strength[runbook], runbook))
