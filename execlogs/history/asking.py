"""Histories from the database: of all cells of a page in three queries, read from the ends of two indexes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from execlogs.history.record import RECENT, History, Past, latest
from execlogs.models import Execution, Status
from notebooks.models import Space
from notebooks.models.space import Viewer
from notebooks.portions import portions

MOST = 1_000  # counted of a status beside a cell; beyond that, "more than" is said
_EVERY = 2**62  # more than any table has
_NOTHING = History()

# What each of the asked cells is told by: a number a status, its last success and failure, its last outcomes. Every
# part ends at a limit, so a cell that ran ten thousand times costs little more than one that ran thirty times.
# Failures are few, so they are sorted: going back in time to the first that failed may be a long way.
# An ORM query begins with rows; here the beginning is a list of ids.
_ASK = """
WITH asked (meme) AS (VALUES {memes})
SELECT asked.meme, {counts},
  (SELECT x.id {seen} AND x.status = 'ok' ORDER BY x.at DESC, x.id DESC LIMIT 1),
  (SELECT x.id {seen} AND x.status = 'error' ORDER BY COALESCE(x.at, x.at) DESC, x.id DESC LIMIT 1),
  (SELECT {concat}(recent.told, ',') FROM (
    SELECT substr(x.status, 1, 1) || CAST(x.at AS text) || '/' || COALESCE(CAST(x.ended_at AS text), '') AS told
    {seen} ORDER BY x.at DESC, x.id DESC LIMIT {recent}) AS recent)
FROM asked
"""
_SEEN = "FROM execlogs_execution x WHERE x.meme = asked.meme AND x.space_id IN ({spaces})"
_COUNT = "(SELECT COUNT(*) FROM (SELECT 1 {seen} AND x.status = '{status}' LIMIT {most}) AS counted)"


@dataclass(frozen=True, slots=True)
class _Told:
    """Of one id."""

    counts: Sequence[int]  # a number a status, in their order
    last_ok: int | None
    last_error: int | None
    recent: Sequence[str]


def histories_of(groups: Mapping[UUID, frozenset[UUID]], user: Viewer) -> Mapping[UUID, History]:
    """Of each key of `groups`, whose value is all the ids that it goes by."""
    return _histories(groups, user, MOST)


def history_of(uuids: Collection[UUID], user: Viewer) -> History:
    """Of one cell by all its ids, counted to the end."""
    ids = frozenset(uuids)
    return _histories({next(iter(ids)): ids}, user, _EVERY).popitem()[1] if ids else _NOTHING


def exact_histories_of(groups: Mapping[UUID, frozenset[UUID]], user: Viewer) -> Mapping[UUID, History]:
    """As histories_of(), counted to the end."""
    return _histories(groups, user, _EVERY)


def _histories(groups: Mapping[UUID, frozenset[UUID]], user: Viewer, most: int) -> dict[UUID, History]:
    spaces = list(Space.objects.visible_to(user).order_by().values_list("pk", flat=True))
    if not spaces or not groups:
        return dict.fromkeys(groups, _NOTHING)
    every = set().union(*groups.values())
    told = {
        uuid: said for some in portions(every) for uuid, said in _ask(some, spaces, most) if any(said.counts)
    }
    named = _named(_ends(told.values()))
    found = {key: [told[uuid] for uuid in ids if uuid in told] for key, ids in groups.items()}
    return {key: _history(some, named, most) for key, some in found.items()}


def _ask(uuids: Sequence[UUID], spaces: Sequence[int], most: int) -> Iterable[tuple[UUID, _Told]]:
    seen = _SEEN.format(spaces=",".join(map(str, spaces)))  # numbers of ours
    counts = [_COUNT.format(seen=seen, status=status.value, most=most) for status in Status]
    query = _ASK.format(
        memes=",".join(["(%s)"] * len(uuids)),
        counts=", ".join(counts),
        seen=seen,
        concat="group_concat" if connection.vendor == "sqlite" else "string_agg",
        recent=RECENT,
    )
    field = Execution._meta.get_field("meme")
    with connection.cursor() as cursor:
        cursor.execute(query, [field.get_db_prep_value(uuid, connection) for uuid in uuids])
        return [_told(*row) for row in cursor.fetchall()]


def _told(meme: Any, *columns: Any) -> tuple[UUID, _Told]:
    *counts, last_ok, last_error, recent = columns
    uuid = meme if isinstance(meme, UUID) else UUID(meme)
    return uuid, _Told(counts, last_ok, last_error, recent.split(",") if recent else ())


def _ends(told: Iterable[_Told]) -> set[int]:
    return {pk for each in told for pk in (each.last_ok, each.last_error) if pk is not None}


def _named(pks: Collection[int]) -> dict[int, Past]:
    fields = "pk", "at", "status", "who", "host", "place", "error", "started_text"
    rows = Execution.objects.order_by()
    return {
        pk: Past(pk, at, Status(status), *rest)
        for some in portions(pks)
        for pk, at, status, *rest in rows.filter(pk__in=some).values_list(*fields)
    }


def _history(told: Sequence[_Told], named: Mapping[int, Past], most: int) -> History:
    if not told:
        return _NOTHING
    sums = [sum(each.counts[place] for each in told) for place in range(len(Status))]
    return History(
        counts=dict(zip(Status, sums, strict=True)),
        is_capped=any(count >= most for each in told for count in each.counts),
        last_ok=_last((each.last_ok for each in told), named),
        last_error=_last((each.last_error for each in told), named),
        told=latest([each.recent for each in told]),
    )


def _last(pks: Iterable[int | None], named: Mapping[int, Past]) -> Past | None:
    found = [named[pk] for pk in pks if pk is not None and pk in named]
    return max(found, key=lambda past: (past.at, past.pk), default=None)
