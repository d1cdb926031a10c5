"""Writes down which notebooks are runs of which, and what each did otherwise than its template."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache

from django.db import transaction

from lineage.announcing import announce
from lineage.models import Deviation, RunOf
from lineage.runs.deviations import Course, Kind, deviations_of
from lineage.runs.kin import AT_ONCE, Kin
from lineage.runs.worked import Worked, worked_cells
from notebooks.models import Revision
from notebooks.portions import portions

RUNS_AT_ONCE = 100  # in one transaction, for which others wait

_State = tuple[int, str, int, int]  # template, how, the run's revision, the template's


@dataclass(frozen=True, slots=True)
class Changes:
    """What has to be written so that the runs are right."""

    states: Mapping[int, _State]  # of those that are compared with their templates
    gone: Collection[int]  # no runs any more
    heads: Collection[int]  # what may belong to another runbook now, and those runbooks

    def write(self, worked: Mapping[int, Worked] | None = None) -> None:
        """`worked` are the cells of revisions that were read just now, as far as they were kept."""
        _Writing(worked or {}).write(self.states)
        for some in portions(self.gone, AT_ONCE):
            with transaction.atomic():
                no_runs = RunOf.objects.filter(notebook__in=some)
                announce({pk for pair in no_runs.values_list("notebook", "template") for pk in pair})
                no_runs.delete()


def changes(pks: Collection[int], *, anew: bool = False) -> Changes:
    """For notebooks that changed in any way, their kin included. `anew` compares them also where nothing changed."""
    kin = Kin.of(pks)
    wanted = _wanted(kin)
    known = _known(kin.members.keys() | set(pks))
    again = wanted.keys() & set(pks) if anew else set()
    touched = {pk for pk in known.keys() | wanted.keys() if known.get(pk) != wanted.get(pk)}
    return Changes(
        states={pk: state for pk, state in wanted.items() if pk in touched or pk in again},
        gone=known.keys() - wanted.keys(),
        heads=touched | {states[pk][0] for states in (known, wanted) for pk in touched & states.keys()},
    )


def _known(pks: Collection[int]) -> dict[int, _State]:
    fields = ("notebook_id", "template_id", "how", "revision_id", "template_revision_id")
    return {
        pk: (template, how, revision, old)
        for some in portions(pks, AT_ONCE)
        for pk, template, how, revision, old in RunOf.objects.filter(notebook__in=some).values_list(*fields)
    }


def _wanted(kin: Kin) -> dict[int, _State]:
    revisions = _Revisions({run.template for run in kin.runs.values()})
    return {
        pk: (run.template, str(run.how), kin.revisions[pk], revisions.at(run.template, kin.members[pk].dated))
        for pk, run in kin.runs.items()
    }


class _Revisions:
    """The revisions of templates by time."""

    def __init__(self, templates: Collection[int]) -> None:
        self._changed: defaultdict[int, list[tuple[datetime, int, int]]] = defaultdict(list)
        for some in portions(templates, AT_ONCE):
            rows = Revision.objects.filter(notebook__in=some).defer("memes").order_by("number")
            for each in rows.iterator():
                self._changed[each.notebook_id].append((each.changed_at, each.number, each.pk))

    def at(self, template: int, moment: datetime) -> int:
        """As the template was when it was copied: the last revision until then, else its first."""
        before = [each for each in self._changed[template] if each[0] <= moment]
        return max(before)[2] if before else self._changed[template][0][2]


class _Writing:
    """Compares runs with their templates, each of which is read once."""

    def __init__(self, worked: Mapping[int, Worked]) -> None:
        self._worked = worked
        self._template = cache(self._cells)

    def write(self, states: Mapping[int, _State]) -> None:
        ordered = sorted(states.items(), key=lambda each: each[1])
        for some in portions(ordered, RUNS_AT_ONCE):
            self._write(dict(some))

    def _write(self, states: Mapping[int, _State]) -> None:
        revisions = Revision.objects.in_bulk({pk for _, _, *pair in states.values() for pk in pair})
        courses = {
            pk: deviations_of(self._template(revisions[old]), self._cells(revisions[new]))
            for pk, (_, _, new, old) in states.items()
        }
        with transaction.atomic():
            announce(_otherwise(states))
            RunOf.objects.filter(notebook__in=states.keys()).delete()
            runs = RunOf.objects.bulk_create(_row(pk, state, courses[pk]) for pk, state in states.items())
            Deviation.objects.bulk_create(
                Deviation(
                    run=run,
                    kind=each.kind,
                    meme=each.meme.uuid,
                    template_index=each.template_index,
                    index=each.index,
                    text=each.text,
                    is_prose=each.is_prose,
                    is_reached=each.is_reached,
                )
                for run in runs
                for each in courses[run.notebook_id].deviations
            )

    def _cells(self, revision: Revision) -> Worked:
        return self._worked.get(revision.pk) or worked_cells(revision)


def _otherwise(states: Mapping[int, _State]) -> set[int]:
    """Those that were no runs until now, or runs of another template, and these templates."""
    known = dict(RunOf.objects.filter(notebook__in=states.keys()).values_list("notebook", "template"))
    changed = {(pk, state[0]) for pk, state in states.items() if known.get(pk) != state[0]}
    before = {known[pk] for pk, _ in changed if pk in known}
    return before.union(*changed)


def _row(pk: int, state: _State, course: Course) -> RunOf:
    template, how, revision, template_revision = state
    edits = [each for each in course.deviations if each.kind is Kind.EDITED]
    skipped = [each for each in course.deviations if each.kind is Kind.SKIPPED]
    return RunOf(
        notebook_id=pk,
        template_id=template,
        how=how,
        revision_id=revision,
        template_revision_id=template_revision,
        steps=[asdict(step) for step in course.steps],
        added=course.count(Kind.ADDED),
        removed=course.count(Kind.REMOVED),
        edited=len(edits),
        prose_edited=sum(each.is_prose for each in edits),
        values_changed=course.count(Kind.VALUES),
        skipped=len(skipped),
        not_reached=sum(not each.is_reached for each in skipped),
        repeated=course.count(Kind.REPEATED),
        disordered=course.count(Kind.DISORDERED),
        moved=course.count(Kind.MOVED),
    )
