"""Pages that follow their files to other names."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from notebooks import moving, paths
from sync import renames
from sync.bringing import Bringing, Fetched
from sync.known import Known, notebook_of, place_of, rows_of
from sync.likeness import are_alike, meme_of
from sync.listing import Kind
from sync.models import SourceFile
from sync.renames import File


def follow(
    bringing: Bringing, vanished: Sequence[Known], new: Sequence[Fetched]
) -> tuple[set[int], list[Fetched]]:
    """Moves the pages of files that were renamed: the rows that are not gone therefore, and what is to come in still.

    What vanished earlier may be found again too, by its bytes.
    """
    rows = {
        row.path: row for row in [*_gone_with_bytes_of(bringing, new), *vanished] if row.kind == Kind.NOTEBOOK
    }
    came = {
        each.entry.path: each for each in new if each.trouble is None and each.entry.kind is Kind.NOTEBOOK
    }
    kept: set[int] = set()
    settled: set[str] = set()
    for old, now in _renamed(rows.values(), came.values()):
        row, fetched = rows[old.path], came[now.path]
        if _follow(bringing, row, fetched):
            kept.add(row.pk)
            settled.update({now.path} if row.sha256 == fetched.sha256 else ())
    return kept, [each for each in new if each.entry.path not in settled]


def _renamed(rows: Collection[Known], came: Collection[Fetched]) -> list[tuple[File, File]]:
    by_bytes = renames.by_bytes(
        [File(row.path, row.sha256) for row in rows], [File(each.entry.path, each.sha256) for each in came]
    )
    known = {old.path for old, _ in by_bytes} | {row.path for row in rows if row.gone_since}
    found = {now.path for _, now in by_bytes}
    old = [
        File(row.path, row.sha256, meme_of(row.sha256))
        for row in rows
        if row.path not in known and row.sha256
    ]
    if not old:
        return by_bytes
    new = [
        File(each.entry.path, each.sha256, meme_of(each.sha256))
        for each in came
        if each.entry.path not in found
    ]
    return by_bytes + renames.by_notebook(old, new, are_alike)


def _gone_with_bytes_of(bringing: Bringing, new: Sequence[Fetched]) -> list[Known]:
    gone = bringing.source.files.filter(kind=Kind.NOTEBOOK).exclude(gone_since=None)
    wanted = sorted({each.sha256 for each in new if each.sha256})
    found: list[Known] = []
    for start in range(0, len(wanted), 500):
        found += rows_of(gone.filter(sha256__in=wanted[start : start + 500]))
    return found


def _follow(bringing: Bringing, row: Known, fetched: Fetched) -> bool:
    """False where there is no page to move, or another stands where it would go: then it comes in as a new one."""
    source, entry = bringing.source, fetched.entry
    try:
        notebook = notebook_of(source, row)
        if notebook is None:
            return False
        owner = bringing.patterns.owner_of(entry.path)
        moving.follow(notebook, source.space, place_of(source, entry.path), source.by, owner=owner)
    except (moving.PlaceTaken, moving.NotThere, paths.UnsafePath):
        return False
    # Killed before this, the next run finds the page at its new place and comes here again.
    with bringing.written(renamed=bringing.run.renamed + 1):
        SourceFile.objects.filter(pk=row.pk).update(
            path=entry.path,
            size=entry.size,
            # With other bytes, it comes in as the page's next revision.
            modified=entry.modified if entry.is_settled and row.sha256 == fetched.sha256 else "",
            gone_since=None,
            notebook=notebook,
        )
    return True
