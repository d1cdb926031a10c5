"""What vanished at a source is kept here, and said to be gone there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from notebooks.models import Notebook
from sync.known import CHUNK, Known, link
from sync.listing import Kind
from sync.models import Source, SourceFile


def gone_since(notebook: Notebook) -> datetime | None:
    """Since when it is not where it came from any more; None while it is, and for what came in otherwise."""
    return gone_among([notebook.pk]).get(notebook.pk)


def gone_among(notebooks: Collection[int]) -> Mapping[int, datetime]:
    """Notebook id -> since when, of those that are gone; one query."""
    files = SourceFile.objects.filter(notebook__in=notebooks).values_list("notebook_id", "gone_since")
    gone: dict[int, datetime] = {}
    there: set[int] = set()
    for notebook, since in files:
        if since is None:
            there.add(notebook)
        else:
            gone[notebook] = max(since, gone.get(notebook, since))
    return {notebook: since for notebook, since in gone.items() if notebook not in there}


def mark(source: Source, vanished: Sequence[Known]) -> None:
    """Logs are forgotten: what they told is kept, and nobody asks for them. Inside a transaction."""
    kept = [row.pk for row in vanished if row.kind != Kind.LOG]
    link(source, kept)
    for start in range(0, len(kept), CHUNK):
        source.files.filter(pk__in=kept[start : start + CHUNK]).update(gone_since=timezone.now())
    logs = [row.pk for row in vanished if row.kind == Kind.LOG]
    for start in range(0, len(logs), CHUNK):
        source.files.filter(pk__in=logs[start : start + CHUNK]).delete()


def count_of(vanished: Sequence[Known]) -> int:
    return sum(row.kind != Kind.LOG for row in vanished)
