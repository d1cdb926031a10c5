"""After a failure: what was executed next that succeeded.

In the same copy of the notebook, by the same person, before they stopped for the day: the cell itself once it
succeeded, perhaps with other code, and what ran in between. Where the cell never did, what else succeeded after it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from itertools import pairwise
from operator import or_

from django.db.models import Q

from execlogs.lists import Step
from execlogs.models import Execution, Status
from execlogs.models.execution import ExecutionQuerySet
from notebooks.models.space import Viewer

PAUSE = timedelta(hours=12)  # a longer one ends what belongs together; as lineage tells sessions apart
MOST = 200  # executions after a failure that are looked at


@dataclass(frozen=True, slots=True)
class Mending:
    failure: Execution
    after: Sequence[Execution] = ()  # in order; where it was repaired the last one is the cell itself
    is_repaired: bool = False

    @property
    def repair(self) -> Execution | None:
        return self.after[-1] if self.is_repaired else None

    @property
    def between(self) -> Sequence[Execution]:
        return self.after[:-1] if self.is_repaired else self.after

    @property
    def steps(self) -> list[Step]:
        """All that came after, for a list."""
        return [Step(each) for each in self.after]

    @property
    def steps_between(self) -> list[Step]:
        return [Step(each) for each in self.between]

    @property
    def is_changed(self) -> bool:
        """Whether it took other code."""
        repair = self.repair
        return repair is not None and repair.code_digest != self.failure.code_digest


def next_success(execution: Execution, user: Viewer) -> Sequence[Execution]:
    """What came after a failure, in order, up to and with what mended it."""
    return mending_of(execution, user).after


def mending_of(execution: Execution, user: Viewer) -> Mending:
    return mendings_of([execution], user)[execution.pk]


def mendings_of(failures: Collection[Execution], user: Viewer) -> Mapping[int, Mending]:
    """By their ids, with one query for all; of what did not fail an empty one."""
    failed = [each for each in failures if each.status == Status.ERROR]
    later = list(_later(failed, user)) if failed else []
    return {each.pk: _mending(each, later) for each in failures}


def mending(failure: Execution, sitting: Sequence[Execution]) -> Mending:
    """Of what ran in its copy after it, in order. Pure."""
    after = list(_without_pause(failure.at, sitting))
    repaired = next((place for place, each in enumerate(after) if _is_repair(each, failure)), None)
    if repaired is not None:
        return Mending(failure, after[: repaired + 1], is_repaired=True)
    first = next((place for place, each in enumerate(after) if each.status == Status.OK), None)
    return Mending(failure, after[: first + 1] if first is not None else ())


def _mending(failure: Execution, later: Sequence[Execution]) -> Mending:
    if failure.status != Status.ERROR:
        return Mending(failure)
    wanted = _copy(failure)
    return mending(
        failure, [each for each in later if _copy(each) == wanted and _order(each) > _order(failure)]
    )


def _later(failures: Sequence[Execution], user: Viewer) -> ExecutionQuerySet:
    """At most so many of each, of all at once."""
    seen = Execution.objects.visible_to(user)
    parts = [seen.filter(_is_after(each)).order_by("at", "pk").values("pk")[:MOST] for each in failures]
    return seen.filter(reduce(or_, (Q(pk__in=part) for part in parts))).order_by("at", "pk")


def _is_after(failure: Execution) -> Q:
    copy = Q(space=failure.space_id, who=failure.who)
    if failure.notebook_id is not None:
        copy &= Q(notebook=failure.notebook_id)
    else:
        copy &= Q(notebook=None, notebook_path=failure.notebook_path, host=failure.host)
    return copy & Q(at__gte=failure.at, at__lt=failure.at + 2 * PAUSE)


def _copy(execution: Execution) -> tuple[object, ...]:
    known = execution.notebook_id
    where = (execution.notebook_path, execution.host) if known is None else (known,)
    return execution.space_id, execution.who, *where


def _order(execution: Execution) -> tuple[datetime, str, int]:
    """Logs tell whole seconds, and their names the milliseconds."""
    return execution.at, execution.log_path, execution.pk


def _without_pause(began: datetime, sitting: Sequence[Execution]) -> Sequence[Execution]:
    ordered = sorted(sitting, key=_order)
    times = [began, *(each.at for each in ordered)]
    for place, (before, at) in enumerate(pairwise(times)):
        if at - before > PAUSE:
            return ordered[:place]
    return ordered


def _is_repair(execution: Execution, failure: Execution) -> bool:
    is_same = failure.meme is not None and execution.meme == failure.meme
    return is_same and execution.status == Status.OK
