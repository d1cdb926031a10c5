"""`manage.py sync`: what it prints, and how it ends."""

import os
import socket

import pytest
from django.core.management import CommandError, call_command

from notebooks.models import Notebook
from sync import health
from sync.asking import ask
from sync.models import Run, Source
from tests.sync.doing import Why, lay, make_source, sync, write

pytestmark = pytest.mark.django_db


def printed(capsys, *arguments):
    call_command("sync", *arguments)
    return capsys.readouterr().out.splitlines()


def test_it_needs_no_worker_and_says_what_came(root, capsys):
    write(root / "x.ipynb")
    make_source(root)
    assert printed(capsys) == [
        "hub: 1 stored, 0 unchanged, 0 skipped, 0 failed; 0 renamed, 0 gone; 0 executions stored, 0 merged"
    ]
    assert printed(capsys, "hub") == [
        "hub: 0 stored, 1 unchanged, 0 skipped, 0 failed; 0 renamed, 0 gone; 0 executions stored, 0 merged"
    ]


def test_a_file_that_fails_ends_it_with_1(root, capsys):
    lay(root / "broken.ipynb", b"{")
    write(root / "x.ipynb")
    make_source(root)
    with pytest.raises(SystemExit) as ended:
        call_command("sync")
    lines = capsys.readouterr().out.splitlines()
    assert ended.value.code == 1
    assert lines[0].startswith("failed: broken.ipynb: The file is not JSON")
    assert lines[-1].startswith("hub: 1 stored, 0 unchanged, 0 skipped, 1 failed")


def test_a_source_that_fails_does_not_keep_the_others(root, capsys):
    write(root / "b/x.ipynb")
    make_source(root / "a", name="a", folder="a")
    make_source(root / "b", name="b", folder="b")
    with pytest.raises(SystemExit):
        call_command("sync")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("failed: a: This file or folder is not there")
    assert lines[-1].startswith("b: 1 stored")


def test_paused_sources_are_for_who_names_them(root, capsys):
    write(root / "x.ipynb")
    make_source(root, is_paused=True)
    assert printed(capsys) == []
    assert printed(capsys, "hub")[0].startswith("hub: 1 stored")


def test_a_name_that_nobody_has_is_answered_with_those_there_are(root):
    make_source(root)
    with pytest.raises(CommandError, match=r"There are: .* hub"):
        call_command("sync", "hib")


def test_what_a_killed_command_held_is_begun_again_at_once(root, capsys):
    write(root / "x.ipynb")
    source = make_source(root)
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    Run.objects.claim(ask(source, Why.PERSON).pk, f"sync@{socket.gethostname()}:{child}")
    assert printed(capsys, "hub")[-1].startswith("hub: 1 stored")
    assert (Run.objects.count(), Notebook.objects.count()) == (1, 1)


def test_the_status_line_tells_who_fails_and_who_waits(root):
    fine, failing = (
        make_source(root, name="fine", folder="a"),
        make_source(root / "no", name="failing", folder="b"),
    )
    make_source(root, name="paused", folder="c", is_paused=True)
    late = make_source(root, name="late", folder="d")
    for source in (fine, failing):
        sync(source)
    ask(late, Why.SCHEDULE)
    Run.objects.filter(source=late).update(created_at=late.created_at - 2 * health.LATE)
    found = health.health()
    assert (found.count, found.paused, found.failing, found.late) == (3, 1, ["failing"], ["late"])
    assert found.last_synced_at is not None
    assert Source.objects.count() == 4
