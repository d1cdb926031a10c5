"""A report as JSON: one object, an execution a line. Names are the API's; times are UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import orjson

from execlogs.export.limits import limits
from execlogs.export.report import Note, Ran, Report

_FORM = 1  # of this file; counted on where a program that reads it would have to change


def told(report: Report) -> Iterator[str]:
    head = _text(_head(report))
    yield f'{head[:-1]},"executions":['
    yield from _joined(_execution(ran, report) for ran in report.executions)
    yield '\n],"notes":['
    yield from _joined(_note(note) for note in report.notes())
    yield "\n]}\n"


def _joined(things: Iterable[dict[str, Any]]) -> Iterator[str]:
    for before, thing in zip(chain(["\n"], _commas()), things, strict=False):
        yield before + _text(thing)


def _commas() -> Iterator[str]:
    while True:
        yield ",\n"


def _head(report: Report) -> dict[str, Any]:
    return {
        "opsnotes_executions": _FORM,
        "made_at": _utc(report.made_at),
        "made_by": report.made_by,
        "url": report.url,
        "since": _utc(report.since),
        "until": _utc(report.until),
        "time_zone": str(report.zone),
        "narrowed": [list(each) for each in report.narrowed],
        "count": report.count,
        "is_cut": report.is_cut,
        "limits": list(limits(report)),
    }


def _execution(ran: Ran, report: Report) -> dict[str, Any]:
    return {
        "id": ran.pk,
        "url": ran.url,
        "started_at": _utc(ran.at),
        "started_here": ran.at.astimezone(report.zone).isoformat(),
        "ended_at": _utc(ran.ended_at),
        "duration": ran.duration.total_seconds() if ran.duration is not None else None,
        "status": ran.status,
        "user": ran.who,
        "host": ran.host,
        "space": ran.space,
        "runbook": ran.runbook,
        "notebook": ran.notebook,
        "path": ran.path,
        "meme": ran.meme,
        "code": ran.code,
        "code_sha256": ran.code_sha256,
        "output": ran.output,
        "output_sha256": ran.output_sha256,
        "output_left_out": ran.left_out,
        "error": ran.error,
        "witnesses": list(ran.witnesses),
        "log_path": ran.log_path,
        "started_text": ran.started_text,
    }


def _note(note: Note) -> dict[str, Any]:
    replies = [
        {"author": each.author, "created_at": _utc(each.at), "body": each.body} for each in note.replies
    ]
    return {
        "url": note.url,
        "kind": note.kind,
        "author": note.author,
        "created_at": _utc(note.at),
        "resolved": note.is_resolved,
        "body": note.body,
        "quote": note.quote,
        "meme": note.about,
        "replies": replies,
    }


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def _text(thing: Any) -> str:
    return orjson.dumps(thing).decode()
