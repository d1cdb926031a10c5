"""Writers of the index that are killed (-9), and what is left of it; main() is for a process of its own.

Each writer is a child of that process, which itself touches neither database nor index. A commit is a row of changes
in the folder of the index, so a writer is killed at one of them: as soon as the kernel has told of so many since the
commit began. Points around a commit are wrapped from outside.
"""

import json
import os
import random
import re
import select
import signal
import sys
import time
from contextlib import suppress
from functools import wraps
from importlib import import_module
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.urls import reverse
from haystack.query import SearchQuerySet

from execlogs.ingest import Told
from execlogs.ingest import ingest as ingest_logs
from execlogs.models import Witness
from notebooks import moving
from notebooks.ingest import ingest
from notebooks.models import Notebook, Space
from notebooks.parsing import parse
from notebooks.rendering import render
from opsnotes.processes import die_with_parent
from search import refresh
from search.analysis import atoms
from search.documents import documents_of
from search.engines.backend import TreeBackend
from search.find import Wish, find
from search.logs import log_documents_of, logged
from search.models import Due, DueLog, DueNote
from search.notes import note_documents_of
from stickies import writing
from stickies.drafts import At, Draft
from stickies.models import Note
from sync.inotify import Inotify
from tests.builders import make_notebook, make_space, make_user
from tests.search.test_refresh import log_of
from tests.sync.killing import in_a_child

KILLS = 20  # inside a commit
FEW = 3  # changes
MERGES = 3
MOST_TRIES = 90
PAGES = 8
REINDEX_EVERY = 4  # of the kills
# Files beside the index: the kernel tells of them in order with its own.
BEGIN, END = "committing", "committed"

# point -> (module, function or Class.method, "before" or "after", what is killed)
POINTS = {
    "before what is due is written": ("search.refresh", "_write_notes", "before", "drain"),
    "before it commits": ("search.engines.{engine}", "{Engine}Writer.commit", "before", "drain"),
    "after it committed": ("search.engines.{engine}", "{Engine}Writer.commit", "after", "drain"),
    "before the writer closes": ("search.engines.{engine}", "{Engine}Writer.close", "before", "drain"),
    "before what is due is forgotten": ("search.refresh", "_forget", "before", "drain"),
    "after arrivals are noted": ("search.refresh", "note_arrivals", "after", "drain"),
    "between forgetting notebooks and notes": ("notebooks.models.due", "DueQuerySet.delete", "after", "drain"),
    "after what was due is forgotten": ("search.refresh", "_forget", "after", "drain"),
    "in a new index, before anything": ("search.refresh", "_write_all", "before", "rebuild"),
    "in a new index, before logs": ("search.refresh", "_write_all_logs", "before", "rebuild"),
    "before it is published": ("search.engines.generations", "Generations._publish", "before", "rebuild"),
    "between the new link and the old": ("pathlib", "Path.symlink_to", "after", "rebuild"),
    "after it is published": ("search.engines.generations", "Generations._publish", "after", "rebuild"),
    "after the old one is removed": ("search.engines.generations", "Generations._remove_others", "after", "rebuild"),
    "before what it has seen is forgotten": ("search.refresh", "_forget", "before", "rebuild"),
}  # fmt: skip


def engine() -> TreeBackend:
    return refresh.backend()


# --- What changes meanwhile


def lettered(number):
    """A word for a number that is one atom and has no parts."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def words(changes, since=0):
    """All that was written, what should be gone too."""
    pages = [f"page{lettered(number)}" for number in range(PAGES)]
    return ["shared", "needle", *pages, *(f"change{lettered(each)}" for each in range(since, changes + 1))]


def page(number, change):
    said = f"echo shared page{lettered(number)} change{lettered(change)}"
    needle = [("markdown", "# A needle")] if number == 0 else []
    return make_notebook(*needle, said, ("markdown", f"## {said}"), f"date; {said}")


def begin():
    """Pages, notes and logs, indexed."""
    writer = make_user("writer")
    space = make_space("ops", writers=[writer])
    for number in range(PAGES):
        ingest(space, f"{number}.ipynb", page(number, 0))
    refresh.drain()


def change(number):
    """Something of each kind, by the doors that people use. The page with the needle is always among it."""
    chance = random.Random(number)
    space = Space.objects.get()
    writer = space.writers.get()
    for returning in Notebook.objects.deleted()[:1]:
        moving.restore(returning)
    for each in (0, chance.randrange(1, PAGES)):
        ingest(space, f"{each}.ipynb", page(each, number))
    leaving = Notebook.objects.alive().get(path=f"{chance.randrange(1, PAGES)}.ipynb")
    moving.delete(leaving, writer)
    said = f"shared change{lettered(number)}"
    if number % 3 == 1:  # so many as one person may write in a minute
        writing.write(Draft(space, At(title="About"), f"{said} in a note"), writer)
        for gone in Note.objects.alive()[1:2]:
            writing.delete(gone, writer)
    ingest_logs(space, [Told(Witness.LOG, log_of(said, number % 9), f"{number}.log")])


def open_once():
    """What a merge has replaced goes when the index is next written."""
    with engine().writing():
        return True


# --- What the index should be, and is


def wanted(changes, since=0):
    """By word, the ids of the documents that have it."""
    documents = [
        *documents_of(list(Notebook.objects.values_list("pk", flat=True))),
        *note_documents_of(list(Note.objects.values_list("pk", flat=True))),
        *log_documents_of(list(logged().values_list("pk", flat=True))),
    ]
    own = [name for name, _ in engine().text_fields("own")]
    of_each = {
        each["id"]: {atom for name in own for atom in atoms(each.get(name) or "")} for each in documents
    }
    by_word = {
        word: sorted(key for key, atoms_of in of_each.items() if word in atoms_of)
        for word in words(changes, since)
    }
    return {**by_word, "": sorted(of_each)}


def found(changes, since=0):
    """The same as the index has it: each id as often as it is there."""
    by_word = {
        word: sorted(hit.id for hit in SearchQuerySet().filter(own=word)[:10_000])
        for word in words(changes, since)
    }
    return {**by_word, "": sorted(hit.id for hit in SearchQuerySet().all()[:10_000])}


def state(changes):
    due = [model.objects.count() for model in (Due, DueNote, DueLog)]
    index, database = found(changes), wanted(changes)
    return {
        "due": due,
        "differing": {word: [index[word], database[word]] for word in index if index[word] != database[word]},
        "documents": len(index[""]),
        "beside it": sorted(path.name for path in beside(Path(engine().path))),
    }


def beside(folder):
    """What lies beside the index that is searched and is not part of it."""
    current = (folder / "current").readlink().name
    yield from (
        path for path in folder.iterdir() if path.name not in {"current", current, "lock", BEGIN, END}
    )
    status = folder / current / "meta.json"
    if status.exists():
        segments = {
            each["segment_id"].replace("-", "") for each in json.loads(status.read_text())["segments"]
        }
        of_segments = (path for path in status.parent.iterdir() if re.match("[0-9a-f]{32}[.]", path.name))
        yield from (path for path in of_segments if path.name[:32] not in segments)


def lately(changes):
    """Of the last few changes, what searches find now, and what they would find had the writer come to an end."""
    return [found(changes, changes - FEW), wanted(changes, changes - FEW)]


# --- Killing


def arm(point, named):
    module, name, when, _ = POINTS[point]
    forms = {"engine": named, "Engine": named.title()}
    *owner, function = name.format(**forms).split(".")
    holder = import_module(module.format(**forms))
    for each in owner:
        holder = getattr(holder, each)
    original = getattr(holder, function)

    @wraps(original)
    def wrapper(*args, **kwargs):
        result = None if when == "before" else original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, function, wrapper)


def do(what):
    {"drain": refresh.drain, "rebuild": refresh.rebuild, "sweep": refresh.sweep}[what]()
    return True


def struck(point, named):
    """Whether the writer was killed there."""

    def armed():
        arm(point, named)
        return do(POINTS[point][3])

    return in_a_child(armed) is None


def _marked(writer_class, folder):
    """The child's commits leave a file as they begin and as they end."""
    commit = writer_class.commit

    def marked(self):
        (folder / BEGIN).touch()
        commit(self)
        (folder / END).touch()

    writer_class.commit = marked


def killed_at(nth, mark, what, named):
    """Kills the writer at so many changes after the mark. Whether it was where it was meant to be: past the mark, not
    yet at the next one, and, after a commit, at work on new files; which are those of a merge then."""
    folder = Path(settings.HAYSTACK_CONNECTIONS["default"]["PATH"])
    for each in (BEGIN, END):
        (folder / each).unlink(missing_ok=True)
    watch = Inotify(folder, lambda _: True)
    child = os.fork()
    if child == 0:
        os.nice(5)  # whoever kills comes first
        module = import_module(f"search.engines.{named}")
        _marked(getattr(module, f"{named.title()}Writer"), folder)
        try:
            do(what)
        finally:
            os._exit(0)
    try:
        was_killed = _kill(child, watch, nth, mark)
    finally:
        watch.close()
    return was_killed and (mark == END or not (folder / END).exists())


def _kill(child, watch, nth, mark):
    count = -1  # until the mark was seen
    while True:
        select.select([watch], [], [], 0.05)
        for each in watch.changes():
            if each.path == mark:
                count = max(count, 0)
            elif count >= 0 and (mark == BEGIN or each.is_begun or count):
                count += 1
            if count >= nth:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
                _, status = os.waitpid(child, 0)
                return os.WIFSIGNALED(status)
        if os.waitpid(child, os.WNOHANG)[0]:
            return False


def commit_length(named):
    """How many changes a commit consists of, as the kernel tells them."""
    folder = Path(settings.HAYSTACK_CONNECTIONS["default"]["PATH"])
    with suppress(FileNotFoundError):
        (folder / BEGIN).unlink()
    watch = Inotify(folder, lambda _: True)

    def drained():
        module = import_module(f"search.engines.{named}")
        _marked(getattr(module, f"{named.title()}Writer"), folder)
        return do("drain")

    in_a_child(drained)
    changes = [each.path for each in watch.changes()]
    watch.close()
    return changes.index(END) - changes.index(BEGIN)


# --- Searching meanwhile


class Searching:
    """Somebody who searches all the time, as the page does, for what is always there once."""

    def __init__(self):
        self._read, write = os.pipe()
        self._stop = settings.DATA / "stop"
        if os.fork() == 0:
            die_with_parent(signal.SIGKILL)
            os.close(self._read)
            with os.fdopen(write, "w") as answer:
                json.dump(self._searched(), answer)
            os._exit(0)
        os.close(write)

    def _searched(self):
        writer = Space.objects.get().writers.get()
        count, failures = 0, []
        always = find(Wish("needle"), writer).count
        while not self._stop.exists():
            try:
                hits = find(Wish("needle"), writer).count
                if hits != always:
                    failures.append(f"{hits} hits, not {always}")
            except Exception as failure:  # noqa: BLE001  whatever it is
                failures.append(repr(failure))
            count += 1
            time.sleep(0.1)
        return [count, always, failures]

    def stop(self):
        self._stop.touch()
        with os.fdopen(self._read) as answer:
            return json.load(answer)


class Killing:
    """Of one engine. What happened stands in `told`."""

    def __init__(self, named):
        self.named, self.changes, self.tries = named, 0, 0
        self.told = {"points": {}, "commits": [], "halves": [], "merges": 0}

    def at_points(self):
        for point in POINTS:
            self._change()
            was_struck = struck(point, self.named)
            in_a_child(lambda: do("drain"))
            self.told["points"][point] = {"was struck": was_struck, **self._state()}

    def in_commits(self):
        self._change()
        length = self.told["length"] = commit_length(self.named)
        while len(self.told["commits"]) < KILLS and self.tries < MOST_TRIES:
            self._change()
            before = in_a_child(lambda: found(self.changes, self.changes - FEW))
            count = len(self.told["commits"])
            what = "drain" if count % REINDEX_EVERY else "rebuild"
            nth = round(self.tries * length / MOST_TRIES * 3) % length  # all along the commit
            if self._is_killed(nth, BEGIN, what):
                self._look_at(before, [what, nth])
                if count % 2:  # else the next one finds what two have left
                    in_a_child(lambda: do("drain"))

    def in_merges(self):
        while self.told["merges"] < MERGES and self.tries < MOST_TRIES:
            self._change()
            self.told["merges"] += self._is_killed(1 + self.told["merges"], END, "drain")

    def end(self):
        in_a_child(lambda: do("sweep"))
        in_a_child(open_once)
        self.told["end"] = self._state()
        self.told["tries"] = self.tries

    def _change(self):
        self.changes += 1
        in_a_child(lambda: change(self.changes))

    def _state(self):
        return in_a_child(lambda: state(self.changes))

    def _is_killed(self, nth, mark, what):
        self.tries += 1
        return killed_at(nth, mark, what, self.named)

    def _look_at(self, before, kill):
        """A commit counts whole or not at all."""
        after, whole = in_a_child(lambda: lately(self.changes))
        self.told["commits"].append(kill)
        if after not in (before, whole):
            self.told["halves"].append(kill)


def warm_up():
    """What every child would load anew."""
    reverse("home")
    current_app.loader.import_default_modules()
    current_app.finalize()
    refresh.backend().layout()
    parsed = parse(page(0, 0))
    for cell in parsed.cells:
        render(cell, parsed.language)


def main(named):
    warm_up()
    in_a_child(begin)
    searching, killing = Searching(), Killing(named)
    killing.at_points()
    killing.in_commits()
    if named == "tantivy":  # Whoosh merges in its commits
        killing.in_merges()
    killing.end()
    sys.stdout.write(json.dumps({**killing.told, "searches": searching.stop()}))
