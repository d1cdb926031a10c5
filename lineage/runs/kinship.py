"""Which notebooks are templates, and which are their runs. Pure, and about linear in the cells of the notebooks.

Kin are notebooks with the same notebook MEME that share at least half the cell families of the smaller one (the same
MEME on quite different notebooks is real: two of the published Elasticsearch runbooks share 35 % and are two things),
and notebooks without it that share at least half the families of both.

Among kin the template is the one that the others' branches descend from, else the one in a shared folder, else the
oldest. A copy in a shared folder that has runs of its own is a template too, and a run belongs to the nearest one
above it. What people said goes before all this.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from lineage.families.branches import Branches, Families
from lineage.runs.overlaps import Overlaps, Rule, are_alike, clusters, is_half_of_the_smaller
from lineage.runs.standing import Standing, standing_of
from notebooks.memes import Meme, is_ancestor


class How(StrEnum):
    """What shows that a notebook is a run. The values of RunOf.How."""

    MEME = "meme"
    CELLS = "cells"
    PINNED = "pinned"


class Said(StrEnum):
    """What a person said of a notebook. The values of Pin.Says."""

    RUN = "run"
    TEMPLATE = "template"
    ALONE = "alone"


_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Member:
    id: int
    meme: UUID | None  # the notebook's own; copies share it
    families: Families
    standing: Standing
    has_run: bool  # somebody worked with it
    dated: datetime  # when: by its folder, its cells, else when it was saved

    @classmethod
    def of(
        cls,
        pk: int,
        place: str,
        meme: UUID | None,
        cells: Iterable[Sequence[object]],
        *,
        has_run: bool,
        dated: datetime,
    ) -> Member:
        """`place` is its space and path; `cells` are as in Revision.memes: [uuid, branch, assigned]."""
        families: dict[str, Meme] = {}
        for uuid, branch, *_ in cells:
            if uuid not in families:
                families[str(uuid)] = Meme(UUID(str(uuid)), str(branch))
        return cls(pk, meme, families, standing_of(place), has_run, dated)


@dataclass(frozen=True, slots=True)
class Word:
    """A pin."""

    says: Said
    template: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    template: int
    how: How


def runs_among(members: Collection[Member], words: Mapping[int, Word]) -> dict[int, Run]:
    """The runs by their id. A template is what some run names, or what a person called one."""
    said = _pinned_runs(words, {member.id for member in members})
    apart = {pk for pk, word in words.items() if word.says is Said.ALONE} | said.keys()
    free = [member for member in members if member.id not in apart]
    leading = {run.template for run in said.values()}
    leading |= {pk for pk, word in words.items() if word.says is Said.TEMPLATE}
    found: dict[int, Run] = {}
    for bucket in _by_meme(free):
        found |= _found(bucket, How.MEME, is_half_of_the_smaller, leading)
    heads = [member for member in free if member.id not in found]
    above = _found(heads, How.CELLS, are_alike, leading | _firm(free, found))
    found = {
        pk: Run(above[run.template].template, run.how) if run.template in above else run
        for pk, run in found.items()
    }
    return found | above | said


def _firm(members: Iterable[Member], found: Mapping[int, Run]) -> set[int]:
    """The templates that are not only the oldest of copies whose template is not among them."""
    by_id = {member.id: member for member in members}
    return {
        run.template
        for pk, run in found.items()
        if by_id[run.template].standing is Standing.SHARED or _is_above(by_id[run.template], by_id[pk])
    }


def _pinned_runs(words: Mapping[int, Word], known: Collection[int]) -> dict[int, Run]:
    """A run of a run is one of its template. Notebooks said to be runs of each other in a ring are not pinned."""
    direct = {
        pk: word.template
        for pk, word in words.items()
        if word.says is Said.RUN and pk in known and word.template in known and word.template is not None
    }
    ends = {pk: _end(pk, direct) for pk in direct}
    return {pk: Run(end, How.PINNED) for pk, end in ends.items() if end is not None}


def _end(pk: int, direct: Mapping[int, int]) -> int | None:
    passed = {pk}
    while (template := direct.get(pk)) is not None:
        if template in passed:
            return None
        passed.add(template)
        pk = template
    return pk


def _by_meme(members: Iterable[Member]) -> Iterable[list[Member]]:
    buckets: defaultdict[UUID, list[Member]] = defaultdict(list)
    for member in members:
        if member.meme is not None:
            buckets[member.meme].append(member)
    return buckets.values()


def _found(members: Sequence[Member], how: How, rule: Rule, leading: Collection[int]) -> dict[int, Run]:
    by_id = {member.id: member for member in members}
    found: dict[int, Run] = {}
    for group in clusters({pk: member.families for pk, member in by_id.items()}, rule):
        if len(group) > 1:
            kin = _Kin([by_id[pk] for pk in group], rule, leading)
            found |= {pk: Run(template, how) for pk, template in kin.runs().items()}
    return found


class _Kin:
    """A group of notebooks that have to do with each other. `leading` are templates whatever the others are."""

    def __init__(self, members: Sequence[Member], rule: Rule, leading: Collection[int]) -> None:
        self.members = {member.id: member for member in members}
        self.overlaps = Overlaps({member.id: member.families for member in members}, rule)
        self.branches = Branches(member.families for member in members)
        self.leading = leading

    def runs(self) -> dict[int, int]:
        """Run -> template."""
        lower, rest = self._heads()
        runs = {member.id: self._nearest(member, self.overlaps.of(member.id)) for member in rest}
        have_runs = set(runs.values())
        for member in reversed(lower):  # a template below others is one only if it has runs
            if member.id not in have_runs:
                others = [pk for pk in self.overlaps.of(member.id) if pk != member.id and pk not in runs]
                runs[member.id] = self._nearest(member, others)
                have_runs.add(runs[member.id])
        return runs

    def _heads(self) -> tuple[list[Member], list[Member]]:
        """Finds what others can be runs of; those among them with kin above them, and what can only be a run."""
        lower, rest = [], []
        for member in sorted(self.members.values(), key=self._rank):
            kin = self.overlaps.of(member.id)
            if kin and member.id not in self.leading:
                if not self._may_lead(member, kin):
                    rest.append(member)
                    continue
                lower.append(member)
            self.overlaps.add(member.id)
        return lower, rest

    def _rank(self, member: Member) -> tuple[object, ...]:
        """What is likelier a template comes first."""
        return (
            member.id not in self.leading,
            self.branches.descends(member.families),
            self.branches.begets(member.families) < _MOST,
            -member.standing,
            member.has_run,
            member.dated,
            member.id,
        )

    def _may_lead(self, member: Member, kin: Iterable[int]) -> bool:
        """A copy that others were made of: in a shared folder, or above all that was found so far."""
        if not self.branches.begets(member.families):
            return False
        return member.standing is Standing.SHARED or all(_is_above(member, self.members[pk]) for pk in kin)

    def _nearest(self, member: Member, heads: Sequence[int]) -> int:
        """Of which most of its cells were branched off last, or are still the same; else the most in common."""
        if len(heads) == 1:
            return heads[0]
        held = {pk: self.members[pk].families for pk in heads}
        votes: Counter[int] = Counter()
        for uuid, meme in member.families.items():
            votes.update(_closest(meme, [(pk, other[uuid]) for pk, other in held.items() if uuid in other]))
        common = {pk: len(other.keys() & member.families.keys()) for pk, other in held.items()}
        return max(heads, key=lambda pk: (votes[pk], common[pk]))


def _is_above(member: Member, other: Member) -> bool:
    """Whether most cells that both have descend from those of `member`."""
    shared = member.families.keys() & other.families.keys()
    return 2 * sum(is_ancestor(member.families[uuid], other.families[uuid]) for uuid in shared) > len(shared)


def _closest(meme: Meme, held: Iterable[tuple[int, Meme]]) -> list[int]:
    """Of the notebooks that hold ids of one family, those with the last one before `meme`."""
    above = [(other.count, pk) for pk, other in held if other == meme or is_ancestor(other, meme)]
    last = max((count for count, _ in above), default=0)
    return [pk for count, pk in above if count == last]
