"""What the index looked at lately, kept for those who are told of new hits. Nothing is kept where there is nobody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Max, Min
from haystack.query import SQ

from search.models import Arrival, Following

Kind = Arrival.Kind
# So many are looked at together, which an engine takes as names in one question; the rest afterwards.
AT_ONCE = 5000
_FIELDS: dict[str, str] = {Kind.NOTEBOOK: "notebook", Kind.NOTE: "note", Kind.LOG: "log"}


@dataclass(frozen=True, slots=True)
class Arrived:
    last: int  # the number of the last of them
    of: dict[str, set[int]]  # by kind

    @property
    def within(self) -> SQ:
        return reduce(or_, (SQ(**{f"{_FIELDS[kind]}__in": sorted(of)}) for kind, of in self.of.items()))


def note_arrivals(notebooks: Collection[int], notes: Collection[int], logs: Collection[int]) -> None:
    """By the one writer of the index, once it has them and before it forgets that they were due: of a writer that is
    killed in between, the next one writes both again."""
    if not Following.objects.filter(is_told=True).exists():
        return
    came = ((Kind.NOTEBOOK, notebooks), (Kind.NOTE, notes), (Kind.LOG, logs))
    Arrival.objects.bulk_create(
        [Arrival(kind=kind, of=pk) for kind, pks in came for pk in sorted(set(pks))], batch_size=1000
    )


def last() -> int:
    """The number of the newest; 0 where there is none."""
    return int(Arrival.objects.aggregate(last=Max("pk"))["last"] or 0)


def after(seen: int) -> Arrived | None:
    """The next that came after it; None where nothing did."""
    rows: Sequence[tuple[int, str, int]] = list(
        Arrival.objects.filter(pk__gt=seen).order_by("pk").values_list("pk", "kind", "of")[:AT_ONCE]
    )
    if not rows:
        return None
    of: dict[str, set[int]] = {}
    for _, kind, pk in rows:
        of.setdefault(kind, set()).add(pk)
    return Arrived(rows[-1][0], of)


def forget_seen() -> None:
    """What everybody was asked for who is told."""
    oldest = Following.objects.filter(is_told=True).aggregate(seen=Min("seen"))["seen"]
    gone = Arrival.objects.all() if oldest is None else Arrival.objects.filter(pk__lte=oldest)
    gone.delete()
