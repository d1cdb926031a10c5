"""A family as far as somebody may see it: its occurrences, by their texts and branches. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from notebooks.parsing.model import Status

RAN = (Status.OK, Status.ERROR)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A cell of a current revision, without its text."""

    cell: int  # its row
    notebook: int
    index: int
    cell_type: str
    branch: str
    assigned: bool
    status: Status
    text: str  # digest: equal texts are equal here
    space: int
    folder: str
    runbook: int  # the template of a run, else its notebook; as far as that may be seen
    who: str
    at: datetime  # when it was run, else when its notebook was worked on, else when that was saved

    @property
    def place(self) -> tuple[int, str]:
        return self.space, self.folder

    @property
    def branch_count(self) -> int:
        return int(self.branch.partition("-")[0] or 0)

    @property
    def has_run(self) -> bool:
        return self.status in RAN

    @property
    def age(self) -> tuple[int, bool, datetime, int]:
        """The smallest is the origin: the least branched, a template before a run, the oldest."""
        return self.branch_count, self.runbook != self.notebook, self.at, self.cell


@dataclass(frozen=True)
class TextGroup:
    """The occurrences with one text, the newest first."""

    text: str
    occurrences: Sequence[Occurrence]

    @property
    def newest(self) -> Occurrence:
        return self.occurrences[0]

    @cached_property
    def notebook_count(self) -> int:
        return len({each.notebook for each in self.occurrences})

    @cached_property
    def folder_count(self) -> int:
        return len({each.place for each in self.occurrences})

    @cached_property
    def _statuses(self) -> Counter[Status]:
        return Counter(each.status for each in self.occurrences)

    @property
    def ran(self) -> int:
        """Well, as far as the notebooks tell."""
        return self._statuses[Status.OK]

    @property
    def failed(self) -> int:
        return self._statuses[Status.ERROR]

    @property
    def not_run(self) -> int:
        return self._statuses[Status.NOT_RUN]

    def bears(self, branch: str) -> bool:
        return any(each.branch == branch for each in self.occurrences)


@dataclass(frozen=True)
class Family:
    """All cells with one base UUID."""

    uuid: UUID
    occurrences: Sequence[Occurrence]

    @cached_property
    def groups(self) -> tuple[TextGroup, ...]:
        """By text; the one that was worked on last comes first."""
        by_text: dict[str, list[Occurrence]] = {}
        for each in sorted(self.occurrences, key=lambda each: (each.at, each.cell), reverse=True):
            by_text.setdefault(each.text, []).append(each)
        return tuple(TextGroup(text, found) for text, found in by_text.items())

    @cached_property
    def origin(self) -> Occurrence:
        return min(self.occurrences, key=lambda each: each.age)

    @cached_property
    def branches(self) -> Counter[str]:
        return Counter(each.branch for each in self.occurrences)

    @property
    def notebooks(self) -> set[int]:
        return {each.notebook for each in self.occurrences}

    @property
    def runbooks(self) -> set[int]:
        return {each.runbook for each in self.occurrences}

    def group(self, text: str) -> TextGroup | None:
        return next((group for group in self.groups if group.text == text), None)

    def bearing(self, branch: str) -> tuple[Occurrence, ...]:
        """The occurrences of one full id, the newest first."""
        return tuple(each for group in self.groups for each in group.occurrences if each.branch == branch)
