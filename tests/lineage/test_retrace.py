"""`manage.py retrace` and what status says of lineage."""

import pytest
from django.core.management import call_command

from lineage import refresh
from lineage.models import Holding, Trace
from opsnotes.status import report
from tests.builders import make_runbook

pytestmark = pytest.mark.django_db


def test_everything_derived_can_be_thrown_away_and_made_again(capsys):
    make_runbook("ls", "pwd")
    refresh.catch_up()
    before = sorted(Holding.objects.values_list("uuid", "cells"))
    Holding.objects.all().delete()
    Trace.objects.all().delete()
    call_command("retrace")
    assert capsys.readouterr().out == "1 notebooks traced\n"
    assert sorted(Holding.objects.values_list("uuid", "cells")) == before


def test_status_says_how_far_lineage_is_behind():
    make_runbook("ls")
    (line,) = report(["lineage"])
    assert line.is_well
    assert line.text.startswith("1 notebooks and")
    refresh.catch_up()
    assert report(["lineage"])[0].text == "up to date"
