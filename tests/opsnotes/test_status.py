from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from notebooks.models import Batch, BatchItem
from opsnotes import status
from search import refresh
from search.models import Due
from tests.builders import make_runbook, make_space, make_user
from tests.search.conftest import use

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(monkeypatch):
    """What the worker answers; the network is all that is replaced."""
    answers = [{"worker@here": {"ok": "pong"}}]
    monkeypatch.setattr(status.app.control, "ping", lambda **_: answers)
    return answers


@pytest.fixture(autouse=True)
def index(settings, tmp_path):
    use(settings, tmp_path, "tantivy")
    refresh.rebuild()


def lines():
    return {line.name: line for line in status.report()}


def bad():
    return [line.name for line in status.report() if not line.is_well]


def test_all_is_well_where_all_is(worker, capsys):
    assert bad() == []
    call_command("status")
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in printed] == [
        "database",
        "migrations",
        "broker",
        "worker",
        "work",
        "sources",
        "lineage",
        "executions",
        "index",
    ]
    assert all(line.startswith("ok ") for line in printed)


def test_the_command_ends_with_1_where_something_is_wrong(worker, capsys):
    worker.clear()
    with pytest.raises(SystemExit) as ended:
        call_command("status")
    assert ended.value.code == 1
    assert "BAD worker       no answer: start manage.py work" in capsys.readouterr().out


def test_a_failing_check_is_a_line_and_not_an_end(worker, monkeypatch):
    def fail():
        raise DatabaseError("disk I/O error\nmore")

    monkeypatch.setitem(status.CHECKS, "database", fail)
    assert bad() == ["database"]
    assert lines()["database"].text == "DatabaseError: disk I/O error"


def test_an_embedded_broker_whose_folder_is_gone_is_said(worker, settings, tmp_path):
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path / "absent")}
    assert bad() == ["broker"]


def test_a_redis_that_does_not_answer_is_said_soon(worker, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(status.app.conf, "broker_write_url", settings.REDIS_URL)
    assert bad() == ["broker"]


def test_migrations_that_wait_are_said(worker, monkeypatch):
    monkeypatch.setattr(status.MigrationExecutor, "migration_plan", lambda *_: [("one", False)])
    assert lines()["migrations"].text == "1 pending: run manage.py migrate"


def test_an_index_that_is_behind_says_by_how_much_and_is_bad_when_nobody_comes(worker):
    make_runbook("ls")
    assert lines()["index"].text.startswith("1 notebooks and 0 s behind")
    Due.objects.update(since=timezone.now() - timedelta(minutes=10))
    assert "600 s behind: is a worker running?" in lines()["index"].text
    refresh.drain()
    assert lines()["index"].text == "up to date"


def test_an_index_that_is_not_there_is_said(worker, settings, tmp_path):
    use(settings, tmp_path / "other", "tantivy")
    assert "reindex" in lines()["index"].text


def test_files_that_nobody_reads_are_said(worker):
    batch = Batch.objects.create(kind=Batch.Kind.UPLOAD, space=make_space())
    BatchItem.objects.create(batch=batch, kind=BatchItem.Kind.NOTEBOOK, path="a.ipynb", sha256="0" * 64)
    assert (lines()["work"].text, lines()["work"].is_well) == ("1 files wait", True)
    Batch.objects.update(touched_at=timezone.now() - timedelta(minutes=10))
    assert bad() == ["work"]


def test_the_api_says_the_same_and_is_503_where_something_is_wrong(client, worker):
    client.force_login(make_user())
    response = client.get(reverse("api-status"))
    told = response.json()
    assert (response.status_code, told["is_well"], len(told["lines"])) == (200, True, len(status.CHECKS))
    worker.clear()
    response = client.get(reverse("api-status"))
    assert (response.status_code, response.json()["is_well"]) == (503, False)


def test_how_much_there_is_and_what_exactly_is_wrong_is_told_to_staff_alone(client, worker):
    make_runbook("ls")
    for person, is_told in ((make_user(), False), (make_user(is_staff=True), True)):
        client.force_login(person)
        texts = [line["text"] for line in client.get(reverse("api-status")).json()["lines"]]
        assert any(texts) is is_told
