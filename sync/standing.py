"""How sources stand: for the list of them, and for the head of each one's page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from notebooks.models.space import Viewer
from sync.models import Run, Source
from sync.results import Result, results_of

State = Run.State


@dataclass(frozen=True, slots=True)
class Standing:
    source: Source
    now: Result | None  # of the run that waits or runs
    last: Result | None  # of the last one that ended
    is_mine: bool  # whoever looks may change it

    @property
    def shape(self) -> str:
        if self.now:
            return "busy"
        return "none" if self.source.is_paused or self.last is None else self.last.shape

    @property
    def word(self) -> str:
        if self.now:
            return self.now.word
        if self.last is None:
            return _("not started yet") if self.source.is_paused else _("not run yet")
        return _("paused") if self.source.is_paused else self.last.word

    @property
    def is_new(self) -> bool:
        """Nobody has started it yet: its test is to be looked at first."""
        return self.source.is_paused and self.now is None and self.last is None

    @property
    def is_by_hand(self) -> bool:
        return not self.source.every_minutes


def standings(sources: QuerySet[Source], user: Viewer) -> list[Standing]:
    at_work = _run([State.QUEUED, State.RUNNING], "pk")  # another may wait behind the one that runs
    ended = _run([State.DONE, State.FAILED], "-pk")
    found = list(sources.select_related("space").annotate(now_id=at_work, last_id=ended))
    wanted = [pk for source in found for pk in (source.now_id, source.last_id) if pk]
    results = {each.run.pk: each for each in results_of(Run.objects.filter(pk__in=wanted))}
    mine = _mine(found, user)
    return [
        Standing(source, results.get(source.now_id), results.get(source.last_id), source.pk in mine)
        for source in found
    ]


def _run(states: Sequence[Run.State], order: str) -> Subquery:
    runs = Run.objects.filter(source=OuterRef("pk"), state__in=states).order_by(order)
    return Subquery(runs.values("pk")[:1])


def _mine(sources: Iterable[Source], user: Viewer) -> set[int]:
    manageable = Source.objects.manageable_by(user).filter(pk__in=[source.pk for source in sources])
    return set(manageable.values_list("pk", flat=True))
