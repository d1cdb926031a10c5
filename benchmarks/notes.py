#!/usr/bin/env python3
"""What the notes page costs in a library with many notes, and a runbook page with 200 of them.

usage: benchmarks/notes.py [--notebooks 10000] [--seed 1] [--rounds 20] [--notes 20000]

Server time of a request by somebody who may read everything, in milliseconds. A fifth of the notes are replies, a
fifth of the threads are resolved; the person has opened a tenth of them.
Reach: the notes page <= 100 ms at 20,000 notes of 10,000 notebooks, with as many queries as for a page of one; on a
runbook page 0.1 ms a note.
"""

import argparse
import logging
import random
import statistics
from datetime import timedelta

import library

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--rounds", type=int, default=20)
PARSER.add_argument("--notes", type=int, default=20_000)
ASKED = library.start(PARSER)

import rows  # noqa: E402
from asking import milliseconds, queries, reader  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Q  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from notebooks.models import Cell, Notebook  # noqa: E402
from stickies.digests import digest_of  # noqa: E402
from stickies.models import Channel, Kind, Mention, Note, Reach, Seen, Tag  # noqa: E402

REACH = 100  # ms
A_NOTE = 0.1  # ms
ON_ONE = 200
PEOPLE = 30
TAGS = ("hdfs", "backup", "手順", "network", "certificate", "ログ", "upgrade", "disk", "vm", "ldap")
WORDS = (
    "Do not run this while the backup is on: it takes the lock and the nightly job fails.",
    "Which host is meant here? The inventory lists two of them.",
    "Faster with `--jobs 4`; see the output of the last run.",
    "We decided to keep thirty days, as the auditors asked for.",
    "ログの容量を先に確認してください。途中で止まると復旧に時間がかかります。",
)


def main() -> None:
    rows.make(ASKED.notebooks, ASKED.seed)
    call_command("collectstatic", interactive=False, verbosity=0)
    settings.ALLOWED_HOSTS = ["*"]
    logging.disable(logging.WARNING)  # each notebook's bytes are missing
    client = reader()
    full = fill()
    print(f"{ASKED.notebooks:,} notebooks, {Note.objects.count():,} notes")
    print(f"{'':28}{'p50':>8}{'p95':>8}{'cpu':>8}{'queries':>9}")
    for name, url in pages(full).items():
        p50, p95, cpu = milliseconds(client, url, ASKED.rounds)
        told = f"{name:28}{p50:8.1f}{p95:8.1f}{cpu:8.1f}{queries(client, url):9}"
        print(told if p50 <= REACH or not url.startswith("/notes/") else f"{told}  over the reach")
    a_note(client, full)


def pages(full: Notebook) -> dict[str, str]:
    board = reverse("notes")
    return {
        "notes": board,
        "notes, second page": f"{board}?page=2",
        "notes, last page": f"{board}?page=100000",
        "open hazards": f"{board}?kind=hazard&state=open",
        "of a person": f"{board}?who=person7",
        "of a tag": f"{board}?tag=hdfs",
        "waiting for my answer": f"{board}?mine=answer",
        "mentions me": f"{board}?mine=mentions",
        "unread": f"{board}?mine=unread",
        "nothing like this": f"{board}?who=nobody&tag=none",
        "home": reverse("home"),
        f"runbook with {ON_ONE} notes": full.get_absolute_url(),
        "runbook with few": Notebook.objects.exclude(pk=full.pk).order_by("-pk")[0].get_absolute_url(),
    }


@transaction.atomic
def a_note(client: Client, full: Notebook) -> None:
    """The same runbook with all of its notes, a tenth and none, in turn: what the processor does for one more."""
    threads = list(Note.objects.threads().filter(notebook=full).values_list("pk", flat=True))
    random.Random(ASKED.seed).shuffle(threads)
    work: dict[int, list[float]] = {len(threads): [], len(threads) // 10: [], 0: []}
    for _ in range(ASKED.rounds):
        for kept, times in work.items():
            before = transaction.savepoint()
            gone = Note.objects.filter(Q(pk__in=threads[kept:]) | Q(parent__in=threads[kept:]))
            gone.update(deleted_at=NOW)
            times.append(milliseconds(client, full.get_absolute_url(), 5)[2])
            transaction.savepoint_rollback(before)
    (many, most), (few, some), (_, none) = ((kept, statistics.median(times)) for kept, times in work.items())
    print(
        f"{full.cell_count} cells with {many} / {few} / 0 notes: {most:.1f} / {some:.1f} / {none:.1f} ms cpu;",
        end=" ",
    )
    print(
        f"a note {(most - none) / many:.3f} ms, one more {(most - some) / (many - few):.3f} ms; reach {A_NOTE}"
    )


@transaction.atomic
def fill() -> Notebook:
    """Where that was not done before. Gives the runbook that has many."""
    full = Notebook.objects.filter(cell_count__gte=20).order_by("pk")[0]
    if Note.objects.count() == ASKED.notes:
        return full
    Note.objects.all().delete()
    chance = random.Random(ASKED.seed)
    replies = ASKED.notes // 5
    cells = list(Cell.objects.filter(notebook=full).select_related("notebook")) * ON_ONE
    picked = sorted(chance.sample(range(1, Cell.objects.count()), ASKED.notes - replies - ON_ONE))
    others = Cell.objects.filter(pk__in=_ids(picked)).select_related("notebook")
    threads = [_note(cell, chance) for cell in [*cells[:ON_ONE], *others.iterator(chunk_size=2000)]]
    chance.shuffle(threads)
    _write(threads)
    asked = chance.sample(threads, min(replies, len(threads)))
    _write([_reply(thread, chance) for thread in asked])
    _name(list(Note.objects.order_by("pk").only("pk", "parent_id")), chance)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return full


def _ids(places: list[int]) -> list[int]:
    ids = list(Cell.objects.order_by("pk").values_list("pk", flat=True))
    return [ids[place] for place in places]


def _people() -> list:
    users = get_user_model()
    return [users.objects.get_or_create(username=f"person{number}")[0] for number in range(PEOPLE)]


def _note(cell: Cell, chance: random.Random) -> Note:
    author = chance.choice(PERSONS)
    text = cell.source[:2000]
    return Note(
        space_id=cell.notebook.space_id,
        author=author,
        author_name=author.username,
        meme=cell.meme,
        branch=cell.branch,
        notebook=cell.notebook,
        path=cell.notebook.path,
        reach=Reach.FAMILY if cell.notebook_id % 7 else Reach.NOTEBOOK,
        kind=chance.choice(Kind.values),
        channel=chance.choice(["", "", *Channel.values]),
        body=chance.choice(WORDS),
        cell_text=text,
        cell_digest=digest_of(text),
        resolved_at=NOW if chance.random() < 0.2 else None,
    )


def _reply(thread: Note, chance: random.Random) -> Note:
    author = chance.choice(PERSONS)
    return Note(
        space_id=thread.space_id,
        author=author,
        author_name=author.username,
        meme=thread.meme,
        branch=thread.branch,
        notebook_id=thread.notebook_id,
        path=thread.path,
        kind=thread.kind,
        parent=thread,
        body=chance.choice(WORDS),
    )


def _write(notes: list[Note]) -> None:
    Note.objects.bulk_create(notes, batch_size=500)
    for number, note in enumerate(notes):
        note.created_at = NOW - timedelta(minutes=20 * (len(notes) - number))
    Note.objects.bulk_update(notes, ["created_at"], batch_size=500)


def _name(notes: list[Note], chance: random.Random) -> None:
    me = get_user_model().objects.get(username="reader")
    tagged = chance.sample(notes, len(notes) // 4)
    Tag.objects.bulk_create([Tag(note=note, name=chance.choice(TAGS)) for note in tagged])
    Mention.objects.bulk_create([Mention(note=note, user=me) for note in chance.sample(notes, 400)])
    threads = [note for note in notes if note.parent_id is None]
    seen = chance.sample(threads, len(threads) // 10)
    Seen.objects.bulk_create([Seen(user=me, note=note, at=NOW) for note in seen])


NOW = timezone.now()
PERSONS: list = []

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    PERSONS += _people()
    main()
