"""The notebooks that decide who is a template and who is a run, for some that changed.

Whoever is kin of these, and kin of those, is among them: what is found out among these is what would be found among
all. Notebooks with other notebook MEMEs are looked for through Holding, where a runbook stands for all its runs, so
that a family of thousands of copies is a few rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from lineage.models import Holding, Pin, RunOf
from lineage.runs.kinship import How, Member, Run, Said, Word, runs_among
from lineage.runs.overlaps import are_alike
from notebooks.models import Notebook
from notebooks.portions import portions

AT_ONCE = 5000  # a database takes only so many parameters

_FIELDS = (
    "pk", "revision", "space__slug", "path", "meme", "revision__memes", "trace__ran", "trace__worked_at",
    "revision__saved_at", "revision__ingested_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kin:
    members: dict[int, Member]
    revisions: dict[int, int]  # the current one of each, as it was read
    runs: dict[int, Run]

    @classmethod
    def of(cls, pks: Collection[int]) -> Kin:
        """`pks` may be of notebooks that are deleted or gone: then of those that had to do with them."""
        gathering = _Gathering()
        gathering.add(set(pks) | _partners(pks) | _bearing(pks) | gathering.former(pks))
        return cls(gathering.members, gathering.revisions, gathering.runs)


class _Gathering:
    def __init__(self) -> None:
        self.members: dict[int, Member] = {}
        self.revisions: dict[int, int] = {}
        self.runs: dict[int, Run] = {}
        self._words: dict[int, Word] = {}
        self._searched: set[int] = set()

    def add(self, pks: set[int]) -> None:
        while pks:
            loaded = self._loaded(pks)
            self.members |= loaded
            self._words |= _words(loaded)
            pks = (_by_meme(loaded) | _partners(loaded)) - self.members.keys()
            if not pks:
                pks = self._alike()

    def former(self, pks: Collection[int]) -> set[int]:
        """Those that have most of their cells in common with what is still counted for `pks`.

        A notebook that is neither template nor run had a say in what they are, and has it no longer.
        """
        held = _held(pks)
        strangers = self._loaded(_holders(_telling(held.values())) - set(pks))
        return {
            each.id
            for each in strangers.values()
            if any(
                2 * len(each.families.keys() & families) >= len(each.families) for families in held.values()
            )
        }

    def _alike(self) -> set[int]:
        """Those that share most cells with a runbook gathered so far, though they have another notebook MEME."""
        self.runs = runs_among(self.members.values(), self._words)
        settled = {pk for pk, run in self.runs.items() if run.how is not How.CELLS}
        heads = [self.members[pk] for pk in self.members.keys() - settled - self._searched]
        self._searched |= {head.id for head in heads}
        strangers = _holders(_telling([head.families.keys() for head in heads])) - self.members.keys()
        loaded = self._loaded(strangers)
        return {
            each.id
            for each in loaded.values()
            if any(are_alike(each.families, head.families) for head in heads)
        }

    def _loaded(self, pks: Collection[int]) -> dict[int, Member]:
        members = {}
        for some in portions(pks, AT_ONCE):
            rows = Notebook.objects.alive().exclude(revision=None).filter(pk__in=some).values_list(*_FIELDS)
            for pk, revision, *described in rows.iterator():
                members[pk] = _member(pk, *described)
                self.revisions[pk] = revision
        return members


def _member(
    pk: int,
    space: str,
    path: str,
    meme: UUID | None,
    memes: list[Any],
    ran: int | None,
    *moments: datetime | None,
) -> Member:
    dated = next(moment for moment in moments if moment is not None)
    return Member.of(pk, f"{space}/{path}", meme, memes, has_run=bool(ran), dated=dated)


def _by_meme(members: dict[int, Member]) -> set[int]:
    return _bearers({member.meme for member in members.values() if member.meme is not None})


def _bearing(pks: Collection[int]) -> set[int]:
    """What bears the notebook MEME of one of these, which may be deleted."""
    return _bearers(
        {
            meme
            for some in portions(pks, AT_ONCE)
            for meme in Notebook.objects.filter(pk__in=some).values_list("meme", flat=True)
            if meme is not None
        }
    )


def _bearers(memes: Collection[UUID]) -> set[int]:
    return {
        pk
        for some in portions(memes, AT_ONCE)
        for pk in Notebook.objects.alive().filter(meme__in=some).values_list("pk", flat=True)
    }


def _partners(pks: Collection[int]) -> set[int]:
    """Templates of these, runs of these, and those of which a person said so."""
    found: set[int] = set()
    for some in portions(pks, AT_ONCE):
        either = Q(notebook__in=some) | Q(template__in=some)
        for rows in (RunOf.objects.filter(either), Pin.objects.filter(either, says=Pin.Says.RUN)):
            for pair in rows.values_list("notebook_id", "template_id"):
                found.update(pk for pk in pair if pk is not None)
    return found


def _words(pks: Collection[int]) -> dict[int, Word]:
    return {
        pin.notebook_id: Word(Said(pin.says), pin.template_id)
        for some in portions(pks, AT_ONCE)
        for pin in Pin.objects.filter(notebook__in=some)
    }


def _telling(heads: Collection[AbstractSet[str]]) -> set[str]:
    """The families to look others up by: two that share half of both have one of the rarer half in common."""
    families = {uuid for held in heads for uuid in held}
    commonness: Counter[str] = Counter()
    for some in portions(families, AT_ONCE):
        held = Holding.objects.filter(uuid__in=some).order_by().values_list("uuid")
        commonness.update({str(uuid): heads for uuid, heads in held.annotate(Count("head", distinct=True))})
    telling: set[str] = set()
    for head in heads:
        rarest = sorted(head, key=lambda uuid: (commonness[uuid], uuid))
        telling.update(uuid for uuid in rarest[: len(rarest) // 2 + 1] if commonness[uuid])
    return telling


def _held(pks: Collection[int]) -> dict[int, set[str]]:
    """The families that are counted for each of these that is no run."""
    held: defaultdict[int, set[str]] = defaultdict(set)
    for some in portions(pks, AT_ONCE):
        rows = Holding.objects.filter(head__in=some).order_by().values_list("head_id", "uuid")
        for head, uuid in rows.iterator():
            held[head].add(str(uuid))
    return held


def _holders(families: Collection[str]) -> set[int]:
    """Runbooks that hold one of these, themselves or in a run, and what is their run for its cells alone."""
    heads = {
        pk
        for some in portions(families, AT_ONCE)
        for pk in Holding.objects.filter(uuid__in=some)
        .order_by()
        .values_list("head_id", flat=True)
        .distinct()
    }
    loose = RunOf.objects.filter(how=RunOf.How.CELLS)
    return heads | {
        pk
        for some in portions(heads, AT_ONCE)
        for pk in loose.filter(template__in=some).values_list("notebook_id", flat=True)
    }
