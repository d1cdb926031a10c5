from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from execlogs import tasks
from execlogs.ingest import Told, ingest
from execlogs.models import Execution, Status, Transcript, Witness
from tests.builders import make_space
from tests.execlogs.builders import FAMILY, Ran, history

pytestmark = pytest.mark.django_db


def runs(*statuses, meme=FAMILY):
    """Executions of one cell, a minute apart, the oldest first."""
    return [
        Ran(
            meme=meme,
            started=f"2026-11-21 14:{minute:02}:00(JST)",
            ended=f"2026-11-21 14:{minute:02}:09(JST)",
            path=f"/home/kato/{meme}/.log/20261121/20261121-14{minute:02}00-0000.log",
            status=status,
        )
        for minute, status in enumerate(statuses)
    ]


def bring(space, executions):
    return ingest(space, [Told(Witness.LOG, each.raw, "a.log") for each in executions])


def forget(**options):
    out = StringIO()
    call_command("forget_executions", stdout=out, **options)
    return out.getvalue().splitlines()


def minutes():
    return sorted(Execution.objects.values_list("at__minute", flat=True))


def test_last_ones_and_all_failures_stay():
    bring(make_space("ops"), runs("ok", "error", "ok", "aborted", "ok", "ok"))
    assert forget(keep=2, yes=True) == ["ops: 2", "2 executions of 1 cells removed"]
    assert minutes() == [1, 3, 4, 5]
    assert Transcript.objects.count() == 4


def test_it_says_what_would_be_removed_and_removes_nothing():
    bring(make_space("ops"), runs("ok", "ok", "ok"))
    assert forget(keep=1) == [
        "ops: 2",
        "2 executions of 1 cells would be removed",
        "Nothing was removed. --yes removes it.",
    ]
    assert len(minutes()) == 3


def test_each_cell_and_each_space_is_counted_by_itself():
    for space in (make_space(), make_space()):
        bring(space, runs("ok", "ok"))
        bring(space, runs("ok", "ok", meme=FAMILY.replace("8f5c", "9f5c")))
    forget(keep=2, yes=True)
    assert len(minutes()) == 8


def test_what_was_let_go_does_not_come_back_with_the_history():
    space = make_space()
    executions = runs("ok", "error", "ok", "ok")
    bring(space, executions)
    forget(keep=1, yes=True)
    newer = [*executions, *runs(*["ok"] * 6)[5:]]
    name = f"{FAMILY}/{FAMILY}.json"
    outcome = ingest(space, [Told(Witness.JSON, history(*newer), name)])
    assert (outcome.stored, outcome.unchanged) == (1, 2)
    assert minutes() == [1, 3, 5]


def test_failure_that_is_told_late_is_kept_however_old():
    space = make_space()
    executions = runs("error", "ok", "ok", "ok")
    bring(space, executions[1:])
    forget(keep=1, yes=True)
    bring(space, executions[:1])
    assert Execution.objects.filter(status=Status.ERROR).exists()


def test_worker_does_it_by_the_setting(settings):
    bring(make_space(), runs("ok", "ok", "ok"))
    settings.KEEP_EXECUTIONS = 0
    tasks.forget()
    assert len(minutes()) == 3
    settings.KEEP_EXECUTIONS = 1
    tasks.forget()
    assert minutes() == [2]


def test_number_has_to_be_said(settings):
    settings.KEEP_EXECUTIONS = 0
    with pytest.raises(CommandError, match="--keep"):
        forget(keep=0)
