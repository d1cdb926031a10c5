"""What the page of a family shows beside its texts: branches, neighbours, kindred, the runbooks it is in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from lineage.families.ancestors import Kin, kindred_of
from lineage.families.naming import Name, names_in
from lineage.families.neighbours import Neighbour, Neighbours, neighbours_of
from lineage.families.occurrences import Family
from lineage.families.twigs import Tree, Twig
from lineage.heads import Head
from lineage.sight import Sight
from notebooks.memes import Meme

RUNBOOKS = 8

Names = Mapping[UUID, Name]


@dataclass(frozen=True, slots=True)
class NamedKin:
    kin: Kin
    name: Name | None  # None: no copy of it may be seen, only what a file says of it
    through: Name | None  # the family between, where there is one


@dataclass(frozen=True, slots=True)
class NamedNeighbour:
    neighbour: Neighbour
    name: Name | None


@dataclass(frozen=True, slots=True)
class Runbook:
    head: Head
    copies: int


@dataclass(frozen=True, slots=True)
class Beside:
    name: Name | None  # the family's own
    twigs: Sequence[Twig]
    hidden_twigs: int
    before: Sequence[NamedNeighbour]
    after: Sequence[NamedNeighbour]
    ancestors: Sequence[NamedKin]
    descendants: Sequence[NamedKin]
    has_more_kin: bool
    runbooks: Sequence[Runbook]
    more_runbooks: int


def beside(family: Family, meme: Meme, sight: Sight) -> Beside:
    neighbours = neighbours_of(family.uuid, sight) if family.occurrences else Neighbours((), ())
    kindred = kindred_of(family.uuid, sight)
    names = names_in({family.uuid} | neighbours.uuids | kindred.uuids, sight)
    twigs, hidden = Tree(family.uuid, family.branches, meme.branch or None).twigs()
    runbooks = _runbooks(family, sight)
    return Beside(
        name=names.get(family.uuid),
        twigs=twigs,
        hidden_twigs=hidden,
        before=_neighbours(neighbours.before, names),
        after=_neighbours(neighbours.after, names),
        ancestors=_kin(kindred.ancestors, names),
        descendants=_kin(kindred.descendants, names),
        has_more_kin=kindred.is_cut,
        runbooks=runbooks,
        more_runbooks=len(family.runbooks) - len(runbooks),
    )


def visible_kin(uuid: UUID, sight: Sight) -> list[NamedKin]:
    """What became of an id that no cell bears any more, or where it came from: families with copies."""
    kindred = kindred_of(uuid, sight)
    kin = (*kindred.descendants, *kindred.ancestors)
    names = names_in({each.uuid for each in kin}, sight) if kin else {}
    return [each for each in _kin(kin, names) if each.name is not None]


def _runbooks(family: Family, sight: Sight) -> list[Runbook]:
    most = Counter(each.runbook for each in family.occurrences).most_common(RUNBOOKS)
    found = sight.heads([pk for pk, _ in most])
    return [Runbook(found[pk], copies) for pk, copies in most if pk in found]


def _neighbours(neighbours: Iterable[Neighbour], names: Names) -> list[NamedNeighbour]:
    return [NamedNeighbour(each, names.get(each.uuid) if each.uuid else None) for each in neighbours]


def _kin(kindred: Iterable[Kin], names: Names) -> list[NamedKin]:
    return [
        NamedKin(kin, names.get(kin.uuid), names.get(kin.through) if kin.distance > 1 else None)
        for kin in kindred
    ]
