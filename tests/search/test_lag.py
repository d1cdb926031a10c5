"""How far search is behind, as the footer says it: of nothing but what the reader may see."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone, translation

from execlogs.ingest import Told
from execlogs.ingest import ingest as ingest_logs
from execlogs.models import Witness
from notebooks import moving
from search import refresh
from search.lag import lag_of, said
from search.models import Due, DueLog, DueNote
from stickies import writing
from stickies.drafts import At, Draft
from tests.builders import make_runbook, make_space, make_user
from tests.search.test_refresh import log_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def kato(index):
    return make_user("kato")


@pytest.fixture
def space(kato):
    return make_space("ops", writers=[kato])


def make_note(space, by):
    writing.write(Draft(space, At(title="Disks"), "df first"), by)


def make_log(space, by):
    ingest_logs(space, [Told(Witness.LOG, log_of("exhausted", 0), "0.log")])


def make_page(space, by):
    make_runbook("ls", space=space)


KINDS = pytest.mark.parametrize("make", [make_page, make_note, make_log])


@KINDS
def test_whatever_waits_is_told_until_it_is_indexed(make, space, kato):
    refresh.drain()
    assert lag_of(kato) is None
    make(space, kato)
    assert timedelta(0) <= lag_of(kato) < timedelta(minutes=1)
    refresh.drain()
    assert lag_of(kato) is None


@KINDS
def test_what_waits_where_somebody_sees_nothing_is_not_told_to_them(make, space, kato):
    make(space, kato)
    assert lag_of(make_user()) is None
    assert lag_of(AnonymousUser()) is None


def test_what_was_deleted_is_nobody_s_to_wait_for(space, kato):
    notebook = make_runbook("ls", space=space)
    refresh.drain()
    moving.delete(notebook, kato)
    assert Due.objects.exists()
    assert lag_of(kato) is None


def test_it_is_told_of_the_oldest(space, kato):
    make_page(space, kato)
    make_note(space, kato)
    make_log(space, kato)
    for minutes, due in enumerate((Due, DueLog, DueNote), start=3):
        due.objects.update(since=timezone.now() - timedelta(minutes=minutes))
    assert timedelta(minutes=5) <= lag_of(kato) < timedelta(minutes=6)


@pytest.mark.parametrize(
    ("seconds", "english", "japanese"),
    [
        (None, "The index is up to date", "索引は最新です"),
        (0.1, "Search is 1 second behind", "索引は 1 秒遅れています"),
        (40, "Search is 40 seconds behind", "索引は 40 秒遅れています"),
        (119, "Search is 119 seconds behind", "索引は 119 秒遅れています"),
        (179, "Search is 2 minutes behind", "索引は 2 分遅れています"),
        (7200, "Search is 120 minutes behind", "索引は 120 分遅れています"),
    ],
)
def test_in_words(seconds, english, japanese):
    lag = None if seconds is None else timedelta(seconds=seconds)
    assert said(lag) == english
    with translation.override("ja"):
        assert said(lag) == japanese


@pytest.mark.parametrize(
    "address",
    ["/search/", "/search/?q=ls", "/e/host/web17/"],
)
def test_the_footer_of_what_the_index_answers_says_it(client, space, kato, address):
    make_runbook("ssh web17", space=space)
    refresh.drain()
    client.force_login(kato)
    assert "The index is up to date" in _footer(client.get(address))
    make_page(space, kato)
    Due.objects.update(since=timezone.now() - timedelta(seconds=40.5))
    assert "Search is 41 seconds behind" in _footer(client.get(address))


def test_a_pasted_error_is_answered_with_it_too(client, space, kato):
    make_page(space, kato)
    refresh.drain()
    client.force_login(kato)
    answer = client.post(reverse("search-error"), {"text": "ERROR: no space left"})
    assert "The index is up to date" in _footer(answer)


def _footer(answer):
    assert answer.status_code == 200
    return answer.content.decode().rpartition('<footer class="foot">')[2]
