"""What befell a note, in order, each change of its words with what differs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lineage.comparison.wording import Wording, compare
from stickies.models import Edit, Note


@dataclass(frozen=True, slots=True)
class Change:
    what: str  # in words
    by: str
    at: datetime
    wording: Wording | None = None  # before and after, where the words changed
    removed: str = ""  # the words of a note that was deleted


def changes_of(note: Note) -> list[Change]:
    """The last first."""
    entries = list(note.edits.select_related("by"))
    texts = _texts_after(entries, note.body)
    return [_change(entry, texts[place]) for place, entry in reversed(list(enumerate(entries)))]


def _texts_after(entries: list[Edit], now: str) -> list[str]:
    """The note's words after each entry: what the next one that changed them has kept as before."""
    texts, text = [], now
    for entry in reversed(entries):
        texts.append(text)
        text = entry.body or text
    return texts[::-1]


def _change(entry: Edit, after: str) -> Change:
    by = entry.by.get_username() if entry.by else ""
    is_deleted = entry.what == Edit.What.DELETED
    wording = compare(entry.body, after) if entry.body and not is_deleted else None
    return Change(entry.get_what_display(), by, entry.at, wording, entry.body if is_deleted else "")
