"""Runs: what is fetched and what is not, what vanished, what failed, and whose turn it is."""

import os
import shutil
import unicodedata
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from execlogs.models import Execution, Status
from notebooks import moving
from notebooks.models import Batch, Notebook, SideFile
from notebooks.progress import progress_of
from sync import bells, bringing, readers, running, schedule
from sync.asking import ask
from sync.gone import gone_among, gone_since
from sync.listing import Entry, Kind, Listing
from sync.models import Run, Source, SourceFile
from sync.models.run import LEASE, MOST_ATTEMPTS, LeaseLost
from sync.running import run
from sync.trouble import Problem, Trouble
from tests.builders import make_space, make_user
from tests.sync.doing import Why, lay, log_text, make_source, sync, work_through, write

pytestmark = pytest.mark.django_db

MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
State = Run.State


def page(path):
    return Notebook.objects.alive().get(path=path)


def paths():
    return set(Notebook.objects.alive().values_list("path", flat=True))


def failures(done):
    return {item.path: item.reason_code for item in done.batch.items.filter(state="failed")}


# --- What comes in ---------------------------------------------------------------------------------


def test_a_file_lies_in_the_sources_folder_and_belongs_to_its_owner(root):
    write(root / "kato" / "a" / "x.ipynb")
    lay(root / "kato" / "a" / "README.md", b"# Hello")
    writer = make_user("sato")
    source = make_source(root, folder="hub/one", owner_pattern="{owner}/**", by=writer)
    done = sync(source)
    found = page("hub/one/kato/a/x.ipynb")
    assert (found.owner, found.revision.by, found.revision.origin) == ("kato", writer, "sync")
    assert (timezone.now() - found.revision.saved_at).total_seconds() == pytest.approx(60, abs=30)
    assert SideFile.objects.get().path == "hub/one/kato/a/README.md"
    assert progress_of(done.batch).counts == {
        "queued": 0, "running": 0, "stored": 2, "unchanged": 0, "skipped": 0, "failed": 0,
    }  # fmt: skip
    assert SourceFile.objects.get(kind=Kind.NOTEBOOK).notebook == found


def test_only_what_moved_is_fetched(root):
    for number in range(5):
        write(root / f"{number}.ipynb", f"echo {number}")
    source = make_source(root)
    sync(source)
    write(root / "3.ipynb", "echo another", age=30)
    done = sync(source)
    assert (done.seen, done.fetched) == (5, 1)
    assert page("3.ipynb").revisions.count() == 2
    assert done.batch.tally["unchanged"] == 4


def test_what_was_touched_is_read_once_and_stays_what_it_is(root):
    raw = write(root / "x.ipynb")
    source = make_source(root)
    sync(source)
    lay(root / "x.ipynb", raw, age=30)
    done = sync(source)
    assert (done.fetched, done.batch.items.count(), done.batch.tally["unchanged"]) == (1, 0, 1)
    assert sync(source).fetched == 0


def test_what_is_written_twice_in_one_tick_of_the_clock_is_seen(root):
    write(root / "x.ipynb", "echo 1", age=0)
    stamp = (root / "x.ipynb").stat()
    source = make_source(root)
    sync(source)
    write(root / "x.ipynb", "echo 2")
    os.utime(root / "x.ipynb", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert (root / "x.ipynb").stat().st_size == stamp.st_size
    sync(source)
    assert page("x.ipynb").revisions.count() == 2


def test_a_broken_notebook_fails_once_and_the_others_come_in(root):
    lay(root / "broken.ipynb", b"{")
    write(root / "x.ipynb")
    source = make_source(root)
    done = sync(source)
    assert failures(done) == {"broken.ipynb": "not_json"}
    assert done.state == State.DONE
    assert paths() == {"x.ipynb"}
    assert failures(sync(source)) == {}  # it is what it was
    write(root / "broken.ipynb", age=30)
    sync(source)
    assert paths() == {"x.ipynb", "broken.ipynb"}


def test_what_cannot_be_kept_says_why_in_words(root, settings):
    settings.MAX_NOTEBOOK_BYTES = 2000
    write(root / "large.ipynb", "x" * 3000)
    (root / "bad\udcff.ipynb").write_bytes(b"{}")
    write(root / "x.ipynb")
    done = sync(make_source(root))
    assert failures(done) == {"large.ipynb": "too_large", "bad�.ipynb": "unsayable"}
    assert all(
        item.reason and item.reason != item.reason_code for item in done.batch.items.filter(state="failed")
    )
    assert paths() == {"x.ipynb"}


def test_two_spellings_of_one_name_do_not_overwrite_each_other(root):
    composed, apart = (unicodedata.normalize(form, "ガイド.ipynb") for form in ("NFC", "NFD"))
    write(root / composed, "echo 1")
    source = make_source(root)
    sync(source)
    write(root / apart, "echo 2")
    done = sync(source)
    assert failures(done) == {composed: "duplicate_path"}
    assert page(composed).revisions.count() == 1


def test_both_spellings_at_once_one_comes_in(root):
    for form in ("NFC", "NFD"):
        write(root / unicodedata.normalize(form, "ガイド.ipynb"), f"echo {form}")
    done = sync(make_source(root))
    assert Notebook.objects.alive().count() == 1
    assert list(failures(done).values()) == ["duplicate_path"]


def test_a_deleted_page_stays_deleted_until_its_file_changes(root):
    write(root / "x.ipynb")
    source = make_source(root)
    sync(source)
    moving.delete(page("x.ipynb"), make_user())
    sync(source)
    assert paths() == set()
    write(root / "x.ipynb", "echo more", age=30)
    sync(source)
    assert paths() == {"x.ipynb"}


# --- Logs ------------------------------------------------------------------------------------------


def test_a_log_of_a_cell_that_runs_is_read_again_when_it_ends(root):
    whole = log_text(MEME, folder="/home/kato/notebooks/a")
    log = root / "kato/a/.log/20260502/20260502-101500-0001.log"
    write(root / "kato/a/x.ipynb", memes=[MEME])
    lay(log, b"", age=90)
    source = make_source(root, owner_pattern="{owner}/**", time_zone="Asia/Tokyo")
    done = sync(source)
    assert (Execution.objects.count(), failures(done)) == (0, {})
    lay(log, whole[: whole.index(b"----\nend time")], age=60)
    sync(source)
    assert Execution.objects.get().status == Status.RUNNING
    lay(log, whole, age=30)
    sync(source)
    execution = Execution.objects.get()
    assert (execution.status, execution.who, execution.host) == (Status.OK, "kato", "hub")
    assert execution.at.isoformat() == "2026-05-02T01:15:00.001000+00:00"
    assert execution.notebook == page("kato/a/x.ipynb")


def test_what_is_no_log_is_a_failed_file_of_the_batch(root):
    lay(root / "a/.log/20260502/20260502-101500-0001.log", b"\x00\x01 nothing of the kind\n" * 30)
    lay(root / "a/.log/20260502/20260502-101501-0001.log", log_text(MEME, stamp="20260502-101501-0001"))
    done = sync(make_source(root))
    assert list(failures(done)) == ["a/.log/20260502/20260502-101500-0001.log"]
    assert done.batch.items.get().kind == "log"
    assert Execution.objects.count() == 1


def test_logs_that_are_cleared_away_are_forgotten_and_their_executions_kept(root):
    lay(root / "a/.log/20260502/20260502-101500-0001.log", log_text(MEME))
    source = make_source(root)
    sync(source)
    shutil.rmtree(root / "a")
    done = sync(source)
    assert (done.gone, SourceFile.objects.count(), Execution.objects.count()) == (0, 0, 1)


# --- What vanished ---------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["deleted", "moved"])
def test_a_file_that_changed_is_the_page_that_it_made_anew(root, how):
    """Its page was deleted or moved away meanwhile: what becomes of the file is the new one's matter."""
    person = make_user()
    source = make_source(root / "there", by=person, space=make_space("ops", writers=[person]), folder="hub")
    write(root / "there/x.ipynb", "ls")
    sync(source)
    before = page("hub/x.ipynb")
    moving.delete(before, person) if how == "deleted" else moving.move(
        before, source.space, "away.ipynb", person
    )
    write(root / "there/x.ipynb", "ls -l", age=30)
    sync(source)
    anew = page("hub/x.ipynb")
    assert anew != before
    assert source.files.get().notebook == anew
    (root / "there/x.ipynb").rename(root / "there/y.ipynb")
    sync(source)
    assert page("hub/y.ipynb") == anew
    (root / "there/y.ipynb").unlink()
    sync(source)
    assert gone_since(anew) is not None
    assert gone_since(before) is None


def test_what_vanished_is_kept_and_says_since_when(root):
    write(root / "a/x.ipynb")
    write(root / "a/y.ipynb", "echo y")
    source = make_source(root)
    sync(source)
    (root / "a/x.ipynb").unlink()
    done = sync(source)
    gone, there = page("a/x.ipynb"), page("a/y.ipynb")
    assert done.gone == 1
    assert timezone.now() - gone_since(gone) < timedelta(minutes=1)
    assert gone_since(there) is None
    assert set(gone_among([gone.pk, there.pk])) == {gone.pk}
    assert sync(source).gone == 0  # said once


def test_what_comes_back_as_it_was_is_there_again_unread(root):
    raw = write(root / "x.ipynb")
    stamp = (root / "x.ipynb").stat().st_mtime_ns
    source = make_source(root)
    sync(source)
    (root / "x.ipynb").unlink()
    sync(source)
    lay(root / "x.ipynb", raw)
    os.utime(root / "x.ipynb", ns=(stamp, stamp))
    done = sync(source)
    assert (done.fetched, gone_since(page("x.ipynb"))) == (0, None)


def test_a_folder_that_is_not_there_is_a_failure_and_nothing_is_gone(root):
    write(root / "hub/x.ipynb")
    source = make_source(root / "hub")
    sync(source)
    (root / "hub").rename(root / "away")
    done = sync(source)
    assert (done.state, done.trouble, done.gone) == (State.FAILED, Problem.NOT_THERE, 0)
    assert gone_since(page("x.ipynb")) is None


def test_below_a_folder_that_could_not_be_read_nothing_is_gone(root, fake):
    source = fake({"a/x.ipynb": b"x", "b/y.ipynb": b"y", "c/z.ipynb": b"z"})
    sync(source)
    fake.files.pop("a/x.ipynb"), fake.files.pop("b/y.ipynb")
    fake.troubled = {"a": Trouble(Problem.TIMED_OUT)}
    done = sync(source)
    rows = {row.path: row.gone_since is not None for row in SourceFile.objects.all()}
    assert rows == {"a/x.ipynb": False, "b/y.ipynb": True, "c/z.ipynb": False}
    assert (done.state, done.trouble) == (State.FAILED, Problem.TIMED_OUT)


def test_a_partial_look_says_nothing_of_the_rest(root):
    for name in ("a/x.ipynb", "A/x.ipynb", "ab/x.ipynb", "b/y.ipynb"):
        write(root / name, f"echo {name}")
    source = make_source(root)
    sync(source)
    for name in ("a", "A", "ab", "b"):
        shutil.rmtree(root / name)
    done = sync(source, Why.CHANGE, ["a"])
    assert done.gone == 1
    assert [row.path for row in SourceFile.objects.exclude(gone_since=None)] == ["a/x.ipynb"]


# --- Other names -----------------------------------------------------------------------------------


def test_a_renamed_file_keeps_its_page_and_takes_its_owner(root):
    write(root / "kato/a.ipynb")
    source = make_source(root, owner_pattern="{owner}/**")
    sync(source)
    before = page("kato/a.ipynb")
    (root / "lee").mkdir()
    (root / "kato/a.ipynb").rename(root / "lee/b.ipynb")
    done = sync(source)
    after = page("lee/b.ipynb")
    assert (after.pk, after.owner, after.revisions.count()) == (before.pk, "lee", 1)
    assert (done.renamed, done.gone, done.batch.items.count()) == (1, 0, 0)
    assert SourceFile.objects.get().path == "lee/b.ipynb"
    assert sync(source).fetched == 0


def test_a_renamed_folder_keeps_all_its_pages_though_copies_are_alike(root):
    for name in ("one", "two", "three"):
        write(root / "2025" / name / "runbook.ipynb")  # the same bytes
    source = make_source(root)
    sync(source)
    before = {each.path.split("/")[1]: each.pk for each in Notebook.objects.alive()}
    (root / "2025").rename(root / "2026")
    done = sync(source)
    assert {each.path.split("/")[1]: each.pk for each in Notebook.objects.alive()} == before
    assert (done.renamed, paths()) == (3, {f"2026/{name}/runbook.ipynb" for name in before})


def test_renamed_and_worked_on_it_is_known_by_its_meme_and_its_cells(root):
    cells = [
        ("code", f"echo {n}", [{"output_type": "stream", "name": "stdout", "text": f"{n}\n"}])
        for n in range(6)
    ]
    write(root / "a/draft.ipynb", *cells, meme=MEME)
    source = make_source(root)
    sync(source)
    before = page("a/draft.ipynb")
    (root / "a/draft.ipynb").unlink()
    write(root / "a/final.ipynb", *cells, "echo one more", meme=MEME, age=30)
    done = sync(source)
    after = page("a/final.ipynb")
    assert (after.pk, after.revisions.count(), done.renamed) == (before.pk, 2, 1)
    assert sync(source).fetched == 0


def test_another_run_of_the_same_template_is_not_the_one_that_was_deleted(root):
    def ran(on):
        return [
            ("code", f"echo {n}", [{"output_type": "stream", "name": "stdout", "text": on}]) for n in range(6)
        ]

    write(root / "20260301/runbook.ipynb", *ran("march"), meme=MEME)
    source = make_source(root)
    sync(source)
    before = page("20260301/runbook.ipynb")
    shutil.rmtree(root / "20260301")
    write(root / "20260401/runbook.ipynb", *ran("april"), meme=MEME)
    done = sync(source)
    assert (done.renamed, done.gone) == (0, 1)
    assert page("20260401/runbook.ipynb").pk != before.pk
    assert gone_since(before) is not None


def test_what_vanished_earlier_is_found_again_by_its_bytes(root):
    raw = write(root / "a.ipynb")
    source = make_source(root)
    sync(source)
    before = page("a.ipynb")
    (root / "a.ipynb").unlink()
    sync(source)
    lay(root / "deep/b.ipynb", raw)
    done = sync(source)
    assert (page("deep/b.ipynb").pk, done.renamed, gone_since(before)) == (before.pk, 1, None)


def test_a_copy_is_a_page_of_its_own(root):
    raw = write(root / "a.ipynb")
    source = make_source(root)
    sync(source)
    lay(root / "b.ipynb", raw)
    assert sync(source).renamed == 0
    assert paths() == {"a.ipynb", "b.ipynb"}


def test_where_another_page_stands_the_file_becomes_its_next_revision(root):
    write(root / "a.ipynb")
    source = make_source(root)
    sync(source)
    source.exclude = "b.ipynb"
    source.save()
    stays = page("a.ipynb")
    moving.follow(stays, source.space, "b.ipynb", None)
    write(root / "a.ipynb", "echo new", age=30)
    sync(source)
    assert paths() == {"a.ipynb", "b.ipynb"}
    assert SourceFile.objects.get().path == "a.ipynb"


def test_a_page_that_a_killed_run_had_moved_already_is_found(root):
    write(root / "a.ipynb")
    source = make_source(root)
    sync(source)
    before = page("a.ipynb")
    SourceFile.objects.update(notebook=None)
    (root / "a.ipynb").rename(root / "b.ipynb")
    moving.follow(before, source.space, "b.ipynb", None)  # and here it was killed
    done = sync(source)
    assert (page("b.ipynb").pk, done.renamed) == (before.pk, 1)


# --- A server that is slow, lies, and goes away -----------------------------------------------------


class Fake:
    """Stands for a server: the network is all that is replaced."""

    def __init__(self, monkeypatch):
        monkeypatch.setitem(readers._READERS, "jupyter", lambda source: self)
        self.files, self.troubled, self.asked = {}, {}, []
        self.modified = lambda path: "2026-05-02T10:15:00Z"
        self.reading = lambda entry: None
        self.down = None

    def __call__(self, files, **fields):
        self.files = dict(files)
        source = Source(name="j", kind="jupyter", address="https://j.example/", space=make_space(), **fields)
        source.save()
        return source

    def folders(self):
        if self.down:
            raise self.down
        for folder in sorted({path.rpartition("/")[0] for path in self.files} | set(self.troubled)):
            if folder in self.troubled:
                yield Listing(folder, trouble=self.troubled[folder])
                continue
            here = [path for path in self.files if path.rpartition("/")[0] == folder]
            yield Listing(
                folder, [Entry(p, Kind.NOTEBOOK, len(self.files[p]), self.modified(p)) for p in sorted(here)]
            )

    def read(self, entry):
        self.asked.append(entry.path)
        self.reading(entry)
        return self.files[entry.path]

    def close(self):
        pass


@pytest.fixture
def fake(monkeypatch):
    return Fake(monkeypatch)


def test_a_server_that_tells_no_times_is_read_each_time_and_the_hash_decides(fake):
    source = fake({"x.ipynb": b"{}"})
    fake.modified = lambda path: ""
    sync(source)
    done = sync(source)
    assert (fake.asked, done.batch.items.count(), done.batch.tally["unchanged"]) == (["x.ipynb"] * 2, 0, 1)


def test_a_server_that_goes_away_in_the_middle_keeps_what_came(fake, monkeypatch):
    for module in (bringing, running):
        monkeypatch.setattr(module, "PORTION", 50)
    source = fake({f"{n:04}.ipynb": b"%d" % n for n in range(120)})

    def gives_up(entry):
        if entry.path > "0060":
            raise Trouble(Problem.REFUSED)

    fake.reading = gives_up
    done = sync(source)
    assert (done.state, done.trouble) == (State.FAILED, Problem.REFUSED)
    assert done.batch.items.count() == 50
    fake.reading, fake.asked = (lambda entry: None), []
    again = sync(source)
    assert (again.state, len(fake.asked), again.batch.items.count()) == (State.DONE, 70, 70)


def test_a_server_that_fails_at_everything_is_left_alone(fake):
    source = fake({f"{n:04}.ipynb": b"%d" % n for n in range(300)})

    def fails(entry):
        raise Trouble(Problem.SERVER_ERROR)

    fake.reading = fails
    done = sync(source)
    assert (done.state, done.trouble) == (State.FAILED, Problem.SERVER_ERROR)
    assert len(fake.asked) < 50


def test_one_file_that_the_server_will_not_give_is_a_failed_file(fake):
    source = fake({"a.ipynb": b"1", "b.ipynb": b"2"})

    def refuses(entry):
        if entry.path == "a.ipynb":
            raise Trouble(Problem.FORBIDDEN)

    fake.reading = refuses
    done = sync(source)
    assert done.state == State.DONE
    assert failures(done)["a.ipynb"] == "forbidden"
    fake.reading = lambda entry: None
    assert sync(source).fetched == 1


def test_a_run_is_held_on_to_while_a_slow_server_is_read(fake, monkeypatch):
    monkeypatch.setattr(bringing, "_RENEWED_EVERY", 0.05)
    source = fake({"a.ipynb": b"1", "b.ipynb": b"2"}, most_requests=1)
    leases = []

    def slowly(entry):
        Event().wait(0.2)

    original = Run.renew

    def renewed(self, **fields):
        leases.append(fields)
        original(self, **fields)

    monkeypatch.setattr(Run, "renew", renewed)
    fake.reading = slowly
    assert sync(source).state == State.DONE
    assert leases.count({}) > 4


def test_where_one_request_fails_for_all_the_others_are_not_made(fake):
    source = fake({f"{n:04}.ipynb": b"%d" % n for n in range(200)}, most_requests=4)

    def gone(entry):
        raise Trouble(Problem.REFUSED)

    fake.reading = gone
    assert sync(source).trouble == Problem.REFUSED
    assert len(fake.asked) < 20


# --- Whose turn it is ------------------------------------------------------------------------------


def test_who_asks_twice_gets_one_run(root):
    source = make_source(root)
    one = ask(source, Why.SCHEDULE)
    two = ask(source, Why.PERSON)
    assert (one.pk, two.why, Batch.objects.count()) == (two.pk, Why.PERSON, 1)


def test_a_change_while_a_run_is_on_waits_for_the_next(root):
    source = make_source(root)
    one = Run.objects.claim(ask(source, Why.PERSON).pk, "w")
    two = ask(source, Why.CHANGE, ["a"])
    three = ask(source, Why.CHANGE, ["b"])
    assert (two.pk, three.only) == (three.pk, ["a", "b"])
    assert Run.objects.claim(two.pk, "w") is None
    assert ask(source, Why.SCHEDULE).only == []  # what waits will look at everything then
    one.end(State.DONE)
    assert Run.objects.claim(two.pk, "w") is not None


def test_a_whole_run_that_is_on_will_do_for_who_wants_a_whole_one(root):
    source = make_source(root)
    one = Run.objects.claim(ask(source, Why.SCHEDULE).pk, "w")
    assert ask(source, Why.PERSON) == one


def test_a_run_is_had_by_one_worker(root):
    asked = ask(make_source(root), Why.PERSON)
    assert Run.objects.claim(asked.pk, "one") is not None
    assert run(asked.pk, "two") is None


def test_a_worker_that_lost_its_run_writes_nothing_more(root):
    asked = ask(make_source(root), Why.PERSON)
    slow = Run.objects.claim(asked.pk, "slow")
    Run.objects.update(lease_until=timezone.now() - LEASE)
    Run.objects.claim(asked.pk, "other")
    with pytest.raises(LeaseLost):
        slow.renew()


def test_a_source_that_is_deleted_while_it_runs_ends_the_run(root, monkeypatch):
    write(root / "x.ipynb")
    source = make_source(root)
    asked = ask(source, Why.PERSON)
    real = readers.FolderReader.read

    def deleted(self, entry):
        Source.objects.all().delete()
        return real(self, entry)

    monkeypatch.setattr(readers.FolderReader, "read", deleted)
    run(asked.pk, "w")
    assert not Run.objects.exists()
    assert paths() == set()


def test_what_kills_its_worker_each_time_fails_in_the_end(root):
    asked = ask(make_source(root), Why.PERSON)
    for _ in range(MOST_ATTEMPTS):
        Run.objects.claim(asked.pk, "w")
        Run.objects.take_back("w")
    done = run(asked.pk, "w")
    assert (done.state, done.trouble) == (State.FAILED, Problem.KILLED)


def test_a_run_whose_batch_was_swept_away_gets_another(root):
    write(root / "x.ipynb")
    asked = ask(make_source(root), Why.PERSON)
    Batch.objects.all().delete()
    done = run(asked.pk, "w")
    work_through(done)
    assert progress_of(done.batch).stored == 1


def test_a_bad_pattern_is_said(root):
    source = make_source(root)
    Source.objects.update(exclude="!")
    assert sync(source).trouble == Problem.BAD_PATTERN


# --- When ------------------------------------------------------------------------------------------


def rung(monkeypatch):
    heard = []
    monkeypatch.setattr(bells, "ring", heard.append)
    return heard


def test_the_sweep_asks_for_what_is_due_and_rings_for_what_waits(root, monkeypatch):
    heard = rung(monkeypatch)
    due, later, paused = (make_source(root, folder=name, every_minutes=10) for name in ("a", "b", "c"))
    Source.objects.filter(pk__in=[due.pk, paused.pk]).update(next_run_at=timezone.now())
    Source.objects.filter(pk=paused.pk).update(is_paused=True)
    schedule.sweep()
    asked = Run.objects.get()
    assert (asked.source, asked.why) == (due, Why.SCHEDULE)
    assert asked.pk in heard
    assert later.runs.count() == 0


def minutes_until_next(source):
    source.refresh_from_db()
    return round((source.next_run_at - timezone.now()).total_seconds() / 60)


def test_the_next_run_is_a_rhythm_away(root):
    source = make_source(root, every_minutes=30)
    sync(source)
    assert minutes_until_next(source) == 30


def test_by_hand_means_by_hand(root):
    source = make_source(root, every_minutes=0)
    sync(source)
    source.refresh_from_db()
    assert source.next_run_at is None


def test_what_waiting_may_cure_is_tried_soon_and_then_less_and_less_often(fake):
    source = fake({}, every_minutes=10)
    fake.down = Trouble(Problem.REFUSED)
    pauses = []
    for _ in range(6):
        sync(source)
        pauses.append(minutes_until_next(source))
    assert pauses == [1, 2, 4, 8, 16, 32]
    fake.down = None
    sync(source)
    assert minutes_until_next(source) == 10


def test_a_wrong_token_is_not_tried_every_minute(fake):
    source = fake({}, every_minutes=10)
    fake.down = Trouble(Problem.WRONG_TOKEN)
    sync(source)
    first = minutes_until_next(source)
    sync(source)
    assert (first, minutes_until_next(source)) == (10, 20)


def test_a_server_that_says_when_is_asked_then(fake):
    source = fake({}, every_minutes=10)
    fake.down = Trouble(Problem.BUSY, later=1800)
    sync(source)
    assert minutes_until_next(source) == 30


def test_runs_that_brought_nothing_are_forgotten_but_for_the_last(root):
    write(root / "x.ipynb")
    source = make_source(root)
    first = sync(source)
    for _ in range(schedule.KEPT + 3):
        sync(source)
    schedule.tidy()
    kept = list(source.runs.values_list("pk", flat=True))
    assert len(kept) == schedule.KEPT + 1
    assert first.pk in kept
    assert Batch.objects.count() == len(kept)


def test_queries_do_not_grow_with_the_files(root):
    for number in range(40):
        write(root / f"{number}.ipynb", f"echo {number}")
    few, many = make_source(root, folder="few", include="1*.ipynb"), make_source(root, folder="many")
    counts = []
    for source in (few, many):
        sync(source)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            sync(source)
        counts.append(len(queries))
    assert counts[0] == counts[1]
