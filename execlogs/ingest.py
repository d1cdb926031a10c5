"""How executions come in: many at once, from anywhere, in any order, as often as somebody likes.

What is slow, reading, happens before the transaction. One execution that several tell of is one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import transaction

from execlogs import drafts, keys, rows
from execlogs.drafts import Circumstances, Draft
from execlogs.forgetting import Memory
from execlogs.merging import is_same_run, merged
from execlogs.models import Witness
from execlogs.parsing import InvalidLog, parse_history, parse_log
from execlogs.parsing.history import family_of
from execlogs.refusals import LogRefusal, refusal_of
from notebooks import blobs
from notebooks.models import Space

A_PORTION = 500  # logs a transaction

Failure = tuple[int, str, str]  # index in what was told, refusals.LogRefusal, detail


@dataclass(frozen=True, slots=True)
class Told:
    """A log, or the history of a cell's logs, and what whoever hands it in knows besides."""

    witness: Witness
    raw: bytes  # a `.log`'s whole text; a `.json` history where the witness is JSON
    name: str  # for messages: its path there, or its index; a history's family is in it
    place_folder: str | None = None  # of the space, where the notebook lies: the parent of `.log`
    who: str = ""
    host: str = ""
    time_zone: str = "UTC"
    mapping: Sequence[tuple[str, str]] = ()  # a folder inside the container -> one of the space


@dataclass(slots=True)
class Outcome:
    """What became of it: of the executions, however many told of one, and of what tells of none."""

    stored: int = 0
    merged: int = 0  # known, and something richer came
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)


def ingest(space: Space, told: Sequence[Told]) -> Outcome:
    """Stores what `told` tells of executions. Idempotent; any witness first ends in the same rows."""
    outcome = Outcome()
    fates: dict[str, str] = {}
    for start in range(0, len(told), A_PORTION):
        found = _read(told[start : start + A_PORTION], start, outcome.failed)
        for key, fate in store(space, found).items():
            fates[key] = max(fate, fates.get(key, ""), key=_FATES.index)
    outcome.stored, outcome.merged, outcome.unchanged = (
        sum(fate == each for fate in fates.values()) for each in _FATES[:0:-1]
    )
    return outcome


# Of one execution that is met twice, what happened to it first counts.
_FATES = ("", "unchanged", "merged", "stored")


def store(space: Space, found: Mapping[str, Draft]) -> dict[str, str]:
    """Merges `found` with what is known; what became of each. Atomic."""
    with transaction.atomic():
        rows.one_at_a_time(space)
        return _store(space, found)


def _store(space: Space, found: Mapping[str, Draft]) -> dict[str, str]:
    known = rows.known(space, {alias for draft in found.values() for alias in _aliases(draft)})
    memory = Memory(space, found.values())
    fates: dict[str, str] = {}
    written: list[Draft] = []
    absorbed = _Absorbed()
    for key, draft in found.items():
        before = known.get(key)
        if before is None and memory.has_let_go(draft):
            fates[key] = "unchanged"
            continue
        now = draft if before is None else merged(before, draft)
        for weak in _told_before(draft, known):
            now = merged(now, known.pop(weak))
            absorbed.take(weak, key, has_row=before is not None)
        is_new = before is None and key not in absorbed.heirs
        fates[key] = "stored" if is_new else "unchanged" if now == before else "merged"
        if now != before:
            written.append(now)
    rows.rename(space, absorbed.renamed)
    rows.drop(space, absorbed.superfluous)
    rows.store(space, written)
    return fates


@dataclass(slots=True)
class _Absorbed:
    """Rows that notebooks alone told of, and whose executions have rows of their own now."""

    renamed: dict[str, str] = field(
        default_factory=dict
    )  # such a row becomes the execution's, and keeps its address
    superfluous: list[str] = field(default_factory=list)  # unless that has one already
    heirs: set[str] = field(default_factory=set)

    def take(self, weak: str, key: str, *, has_row: bool) -> None:
        if has_row or key in self.heirs:
            self.superfluous.append(weak)
        else:
            self.renamed[weak] = key
            self.heirs.add(key)


def _aliases(draft: Draft) -> Iterator[str]:
    yield draft.key
    if not draft.is_weak:
        yield from keys.weak_keys(draft.log_path, draft.full_meme, draft.ended_at)


def _told_before(draft: Draft, known: Mapping[str, Draft]) -> list[str]:
    """The keys of what notebooks alone told of this execution."""
    if draft.is_weak:
        return []
    weak = keys.weak_keys(draft.log_path, draft.full_meme, draft.ended_at)
    return [key for key in weak if (each := known.get(key)) and is_same_run(draft, each)]


def _read(told: Sequence[Told], first: int, failed: list[Failure]) -> dict[str, Draft]:
    """The executions by their keys, what several tell of one put together."""
    found: dict[str, Draft] = {}
    zones: dict[str, ZoneInfo] = {}
    for index, each in enumerate(told, start=first):
        try:
            for draft in _drafts(each, zones):
                before = found.get(draft.key)
                found[draft.key] = draft if before is None else merged(before, draft)
        except InvalidLog as invalid:
            failed.append((index, invalid.code, invalid.detail))
    return found


def _drafts(told: Told, zones: dict[str, ZoneInfo]) -> Iterable[Draft]:
    if len(told.raw) > settings.MAX_NOTEBOOK_BYTES:
        raise InvalidLog(LogRefusal.TOO_LARGE)
    around = _around(told, zones)
    try:
        if told.witness == Witness.JSON:
            return _of_history(told, around)
        return [_of_log(told, around)]
    except InvalidLog as invalid:
        raise InvalidLog(refusal_of(invalid.code), invalid.detail) from invalid


def _of_log(told: Told, around: Circumstances) -> Draft:
    log = parse_log(told.raw, told.name.rpartition("/")[2])
    is_all = len(log.output) <= drafts.MOST_OUTPUT and "\ufffd" not in log.output
    draft = drafts.of_log(log, around, "" if is_all else blobs.put(told.raw))
    if draft is None:
        raise InvalidLog("no_time", log.started_text)
    return draft


def _of_history(told: Told, around: Circumstances) -> list[Draft]:
    family = family_of(told.name)
    found = (drafts.of_entry(entry, family, around) for entry in parse_history(told.raw))
    return [draft for draft in found if draft is not None]


def _around(told: Told, zones: dict[str, ZoneInfo]) -> Circumstances:
    if told.time_zone not in zones:
        zones[told.time_zone] = _zone(told.time_zone)
    return Circumstances(
        witness=told.witness,
        zone=zones[told.time_zone],
        who=told.who,
        host=told.host,
        folder=told.place_folder,
        mapping=tuple(told.mapping),
    )


def _zone(name: str) -> ZoneInfo:
    """UTC for a name that no zone has: whoever lets people write one asks for it first."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
