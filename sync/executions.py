"""Logs that a run finds, on their way to the executions."""

from __future__ import annotations

from collections.abc import Sequence

from execlogs.ingest import Outcome, Told, ingest
from execlogs.models import Witness
from execlogs.refusals import LogRefusal
from notebooks import paths
from notebooks.models import Batch, BatchItem
from sync.bringing import Bringing, Fetched, Wanted, add, add_failed, failed, note
from sync.known import place_of
from sync.listing import LOGS, Kind
from sync.models import Source
from sync.patterns import mapping_for

# Of a cell that still runs, or whose kernel was killed: it is read again when it grows.
_UNFINISHED = {LogRefusal.EMPTY, LogRefusal.UNFINISHED}


def bring_logs(bringing: Bringing, wanted: Sequence[Wanted]) -> None:
    """Together with what need not be read again: killed in between, neither is there."""
    fetched = bringing.fetch(wanted)
    came = [each for each in fetched if each.trouble is None]
    anew = [each for each in came if not each.is_same]
    with bringing.written(**bringing.progress(len(fetched), is_news=bool(anew))) as batch:
        outcome = ingest(bringing.source.space, [told_by(bringing, each) for each in anew])
        note(bringing.source, came)
        refused = bringing.failed_items(batch, fetched)
        add_failed(batch, [*refused, *_unreadable(bringing.source, batch, anew, outcome)])
        add(
            batch,
            executions_stored=outcome.stored,
            executions_merged=outcome.merged,
            executions_told_again=outcome.unchanged,
            logs_brought=sum(is_log(each.entry.path) for each in anew),
        )


def told_by(bringing: Bringing, fetched: Fetched) -> Told:
    source, there = bringing.source, fetched.entry.path
    owner = bringing.patterns.owner_of(there)
    return Told(
        witness=Witness.LOG if is_log(there) else Witness.JSON,
        raw=fetched.raw,
        name=there,
        place_folder=_beside(source, there),
        who=owner,
        host=source.name,
        time_zone=source.time_zone,
        mapping=mapping_for(source.path_mapping, owner, source.folder),
    )


def is_log(there: str) -> bool:
    """And not the history of a cell's logs, which tells of many."""
    return there.endswith(".log")


def _beside(source: Source, there: str) -> str | None:
    """The folder of the space in which the notebook lies, whose logs these are."""
    names = there.split("/")
    folder = "/".join(names[: names.index(LOGS)])
    try:
        return place_of(source, folder) if folder else source.folder
    except paths.UnsafePath:
        return None


def _unreadable(source: Source, batch: Batch, told: Sequence[Fetched], outcome: Outcome) -> list[BatchItem]:
    return [
        failed(batch, _place(source, told[index].entry.path), Kind.LOG, code, detail)
        for index, code, detail in outcome.failed
        if code not in _UNFINISHED
    ]


def _place(source: Source, there: str) -> str:
    return paths.one_way(paths.joined(source.folder, there))[: paths.LONGEST]
