"""Where an error was met before: at which cell, when, by whom, what was executed next, which notes there are.

The engine gives what has the same words; how much it is the same error is decided on the texts themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from math import log2
from operator import and_, or_
from uuid import UUID

from haystack.query import SQ

from execlogs.history import Mending, mendings_of
from execlogs.models import Execution, Status
from execlogs.parsing.text import plain
from notebooks.models import Notebook
from notebooks.models.space import Viewer
from search.errors.folding import folded, stretches
from search.errors.recognising import Pasted
from search.errors.resembling import Likeness, Rarity, likeness
from search.hits import Hit
from search.loghits import LogHit
from search.showing import AnyHit, made_of
from search.sight import Sight
from stickies.models import Note

LOOKED_AT = 200  # hits of the engine
MOST_MET = 10
STRETCHES = 3  # of a line, that must all be there
ENOUGH = 3.0  # less is likeness by chance
EXECUTIONS = 20  # of a cell, its failures that are looked at


@dataclass(frozen=True, slots=True)
class Met:
    """One cell, in all its copies, that met the error."""

    meme: UUID | None
    likeness: Likeness
    hits: Sequence[Hit | LogHit]  # the most like first
    failures: Sequence[Execution]  # the latest first; what the logs tell
    mending: Mending | None  # of the latest failure that was mended, else of the latest
    mended: int  # of these failures, how many were
    notes: Sequence[Note]
    line: str  # of what failed in the best, the one that says most of what is the same

    @property
    def best(self) -> Hit | LogHit:
        return self.hits[0]

    @property
    def notebook(self) -> Notebook | None:
        return next((hit.notebook for hit in self.hits if hit.notebook is not None), None)

    @property
    def latest(self) -> datetime:
        return max([hit.happened_at for hit in self.hits] + [each.at for each in self.failures])


def met_before(pasted: Pasted, user: Viewer, looked_at: int = LOOKED_AT) -> tuple[Met, ...]:
    """The cells that met it, the most like first. Raises haystack.exceptions.SearchBackendError."""
    asked = _asked(pasted)
    if asked is None:
        return ()
    groups: defaultdict[object, list[tuple[Likeness, Hit | LogHit]]] = defaultdict(list)
    sight = Sight(user)
    for hit in made_of(sight.ask(asked, size=looked_at).results, (), sight.spaces):
        if isinstance(hit, Hit | LogHit) and (alike := likeness(pasted, _text(hit))).score >= ENOUGH:
            groups[_family(hit)].append((alike, hit))
    rarity = _rarity(groups)
    ranked = sorted(groups.values(), key=lambda group: _rank(group, rarity), reverse=True)[:MOST_MET]
    ordered = [sorted(each, key=lambda one: _order(one, rarity), reverse=True) for each in ranked]
    return _told(pasted, ordered, rarity, user)


def _asked(pasted: Pasted) -> SQ | None:
    """Any of its lines, by the words that stand between what changes; its name alone where there are none."""
    lines = [line for line in map(_same_line, pasted.telling) if line is not None]
    if pasted.name:
        lines.append(_stands(pasted.name))
    return reduce(or_, lines) if lines else None


def _same_line(line: str) -> SQ | None:
    told = [_stands(stretch) for stretch in stretches(line)[:STRETCHES]]
    return reduce(and_, told) if told else None


def _stands(words: str) -> SQ:
    return SQ(output__exact=words) | SQ(error__exact=words)


def _text(hit: Hit | LogHit) -> str:
    if isinstance(hit, LogHit):
        return plain(hit.execution.transcript.output) or hit.execution.error
    return hit.cell.output if hit.cell else ""


def _family(hit: Hit | LogHit) -> object:
    """The cell in all its copies; of an execution that no cell is told of, its code."""
    if isinstance(hit, LogHit):
        return hit.execution.meme or hit.execution.code_digest
    return hit.cell.meme if hit.cell else hit.notebook.pk


def _rarity(groups: Mapping[object, Sequence[tuple[Likeness, AnyHit]]]) -> Rarity:
    """By how many of the cells that come into question have a line."""
    having = Counter(
        line
        for group in groups.values()
        for line in {each.key for alike, _ in group for each in alike.shared if each.is_whole}
    )
    return lambda line: 1 / (1 + log2(max(having[line], 1)))


def _rank(group: Sequence[tuple[Likeness, Hit | LogHit]], rarity: Rarity) -> tuple[float, datetime]:
    return max(_order(each, rarity)[0] for each in group), max(hit.happened_at for _, hit in group)


def _order(each: tuple[Likeness, Hit | LogHit], rarity: Rarity) -> tuple[float, datetime]:
    return round(each[0].weighed(rarity), 1), each[1].happened_at


def _told(
    pasted: Pasted, groups: Sequence[Sequence[tuple[Likeness, Hit | LogHit]]], rarity: Rarity, user: Viewer
) -> tuple[Met, ...]:
    """With what the database knows of each: a constant number of queries."""
    memes = [meme for group in groups if isinstance(meme := _family(group[0][1]), UUID)]
    failures = _failures(memes, pasted, groups, user)
    mendings = mendings_of([each for of_one in failures.values() for each in of_one], user)
    notes = _notes(memes, user)
    return tuple(_met(group, rarity, failures, mendings, notes) for group in groups)


def _met(
    group: Sequence[tuple[Likeness, Hit | LogHit]],
    rarity: Rarity,
    failures: Mapping[UUID, Sequence[Execution]],
    mendings: Mapping[int, Mending],
    notes: Mapping[UUID, Sequence[Note]],
) -> Met:
    family = _family(group[0][1])
    meme = family if isinstance(family, UUID) else None
    failed = failures.get(meme, ()) if meme else ()
    mended = [mendings[each.pk] for each in failed]
    return Met(
        meme=meme,
        likeness=group[0][0],
        hits=[hit for _, hit in group],
        failures=failed,
        mended=sum(each.is_repaired for each in mended),
        mending=next((each for each in mended if each.is_repaired), mended[0] if mended else None),
        notes=notes.get(meme, ()) if meme else (),
        line=group[0][0].telling(rarity),
    )


def _failures(
    memes: Collection[UUID],
    pasted: Pasted,
    groups: Iterable[Sequence[tuple[Likeness, AnyHit]]],
    user: Viewer,
) -> dict[UUID, list[Execution]]:
    """Executions that failed so: those found by their logs, and those whose error is the same line."""
    found = {hit.execution.pk for group in groups for _, hit in group if isinstance(hit, LogHit)}
    failed: defaultdict[UUID, list[Execution]] = defaultdict(list)
    of_cells = Execution.objects.visible_to(user).filter(meme__in=memes, status=Status.ERROR)
    for each in of_cells.select_related("notebook").order_by("-at", "-pk")[: EXECUTIONS * MOST_MET]:
        is_same = each.pk in found or folded(each.error) in pasted.skeletons
        if is_same and each.meme is not None and len(failed[each.meme]) < EXECUTIONS:
            failed[each.meme].append(each)
    return dict(failed)


def _notes(memes: Collection[UUID], user: Viewer) -> dict[UUID, list[Note]]:
    """Those that are not resolved, hazards first."""
    threads = Note.objects.visible_to(user).alive().threads().filter(meme__in=memes, resolved_at=None)
    found: defaultdict[UUID, list[Note]] = defaultdict(list)
    for note in sorted(threads.defer("cell_text"), key=lambda each: (each.kind != "hazard", -each.pk)):
        if note.meme is not None:
            found[note.meme].append(note)
    return dict(found)
