"""What a reader of a source has to offer, whatever the source is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from notebooks import paths
from notebooks.models import BatchItem
from notebooks.sidefiles import is_side_file
from sync.models import SourceFile
from sync.steps import Step
from sync.trouble import Trouble

Kind = SourceFile.Kind

LOGS = ".log"  # lc_wrapper's folder, beside the notebooks whose executions it holds
_HISTORY = re.compile(r"(?:^|/)\.log/(?P<meme>[0-9a-fA-F-]{36})/(?P=meme)\.json$")
_NANOSECONDS = re.compile(r"-?[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that is there."""

    path: str  # below Source.start, as it is spelt there
    kind: SourceFile.Kind
    size: int | None  # bytes; None where nobody tells
    modified: str  # as told: nanoseconds of a folder, text of a server; "" where nobody tells, and it is read each time
    can_read: bool = True
    # Whether another content would show in size or time. Not so while the clock stands where it stood at the last
    # write: what is written in the same moment has the same time. Then it is read once more at the next look.
    is_settled: bool = True

    @property
    def is_sayable(self) -> bool:
        """Whether its name can be kept and asked for at all."""
        return self.path == paths.storable(self.path) and len(self.path) <= paths.LONGEST

    @property
    def saved_at(self) -> datetime | None:
        return moment_of(self.modified)


@dataclass(frozen=True, slots=True)
class Listing:
    """What of a folder concerns us: its own files, not those of the folders in it."""

    folder: str  # "" for the top
    entries: Sequence[Entry] = ()
    trouble: Trouble | None = None  # it could not be looked into: nothing at or below it is known to be gone
    skipped: Mapping[str, int] = field(default_factory=dict)  # keys of notebooks.door.SKIPS -> how many


class Reader(Protocol):
    """Reads a source, and writes nothing there."""

    def folders(self) -> Iterator[Listing]:
        """Every folder once, in any order. Raises Trouble where nothing can be looked at at all."""
        ...

    def read(self, entry: Entry) -> bytes:
        """The whole file. Called from up to Source.most_requests threads at once. Raises Trouble, also for what is
        larger than notebooks may be."""
        ...

    def probe(self) -> Iterator[Step]:
        """Tests the way there, step by step, and ends after one that failed."""
        ...

    def close(self) -> None: ...


def kind_of(path: str) -> SourceFile.Kind | None:
    """What a file is, by its path there; None where it is nothing that is taken. Pickles never are."""
    folder, _, name = path.rpartition("/")
    if LOGS in folder and LOGS in folder.split("/"):
        return Kind.LOG if name.endswith(".log") or _HISTORY.search(path) else None
    if name.lower().endswith(".ipynb"):
        return Kind.NOTEBOOK
    return Kind.SIDE_FILE if is_side_file(name.lower()) else None


def item_kind(kind: SourceFile.Kind) -> BatchItem.Kind:
    return BatchItem.Kind(kind.value)


def moment_of(modified: str) -> datetime | None:
    """When a file was saved, by the word of whoever lists it."""
    try:
        if _NANOSECONDS.fullmatch(modified):
            return datetime.fromtimestamp(int(modified) / 1e9, UTC)
        told = datetime.fromisoformat(modified)
    except (ValueError, OverflowError, OSError):
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
