"""The executions of an export: which, how many, and each with all that is told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from uuid import UUID

from django.db.models import Sum

from execlogs.export.report import Ran
from execlogs.lists import notebooks_seen
from execlogs.models import Execution, Status, Transcript
from execlogs.transcripts import full_output
from execlogs.wishes import Reader, Wish
from notebooks.blobs import BlobMissing
from notebooks.models import Notebook
from notebooks.portions import portions

MOST = 10_000  # executions of one file
AT_ONCE = 50  # in memory, each with its output
LONGEST_OUTPUT = 50_000  # characters
_BEGINNING = 40_000  # of a longer one; the rest of what is kept is its end
MOST_NAMED = 20  # people and runbooks in a preview

Named = tuple[str, int]  # and how many


@dataclass(frozen=True, slots=True)
class _Brief:
    pk: int
    at: datetime
    status: str
    who: str
    notebook: int | None
    path: str
    meme: UUID | None
    branch: str


class Incident:
    """The first MOST executions that a wish means."""

    def __init__(self, reader: Reader, wish: Wish) -> None:
        self.reader = reader
        self.wish = wish

    @cached_property
    def _briefs(self) -> Sequence[_Brief]:
        fields = "pk", "at", "status", "who", "notebook_id", "notebook_path", "meme", "branch"
        found = self.reader.executions(self.wish).order_by("at", "pk").values_list(*fields)
        return [_Brief(*row) for row in found[: MOST + 1]]

    @property
    def briefs(self) -> Sequence[_Brief]:
        return self._briefs[:MOST]

    @property
    def count(self) -> int:
        return len(self.briefs)

    @property
    def is_cut(self) -> bool:
        """Whether there are more, which a file of their own has to hold."""
        return len(self._briefs) > MOST

    @property
    def goes_on_at(self) -> datetime | None:
        return self._briefs[MOST].at if self.is_cut else None

    @property
    def first_at(self) -> datetime | None:
        return self.briefs[0].at if self.briefs else None

    @property
    def last_at(self) -> datetime | None:
        return self.briefs[-1].at if self.briefs else None

    @property
    def statuses(self) -> list[tuple[Status, int]]:
        counts = Counter(each.status for each in self.briefs)
        return [(status, counts[status]) for status in Status if counts[status]]

    @property
    def people(self) -> list[Named]:
        return Counter(each.who for each in self.briefs).most_common(MOST_NAMED)

    @property
    def runbooks(self) -> list[Named]:
        """By title where the reader may see it, else by path."""
        counts = Counter((each.notebook, each.path) for each in self.briefs).most_common(MOST_NAMED)
        seen = notebooks_seen(
            {notebook for (notebook, _path), _count in counts if notebook}, self.reader.viewer
        )
        told = Counter[str]()
        for (notebook, path), count in counts:
            known = seen.get(notebook or 0)
            told[known.title if known else path] += count
        return told.most_common()

    @property
    def memes(self) -> frozenset[tuple[UUID, str]]:
        """Of the cells: uuid and branch."""
        return frozenset((each.meme, each.branch) for each in self.briefs if each.meme)

    @property
    def notebooks(self) -> frozenset[int]:
        return frozenset(each.notebook for each in self.briefs if each.notebook)

    @cached_property
    def characters(self) -> int:
        """Of all outputs, about: what an export leaves out of long ones is counted too."""
        if not self.briefs:
            return 0
        until = self.briefs[-1].at
        meant = self.reader.executions(self.wish).filter(at__lte=until)
        return meant.aggregate(size=Sum("transcript__output_size"))["size"] or 0

    def told(self, address: Callable[[str], str]) -> Iterator[Ran]:
        """In the order of time, a few at a time; `address` makes a path one that others can open."""
        for some in portions([each.pk for each in self.briefs], AT_ONCE):
            rows = (
                Execution.objects.visible_to(self.reader.viewer).filter(pk__in=some).select_related("space")
            )
            transcripts = Transcript.objects.in_bulk(some)
            seen = notebooks_seen({row.notebook_id for row in rows if row.notebook_id}, self.reader.viewer)
            for row in sorted(rows, key=lambda each: (each.at, each.pk)):
                yield _ran(
                    row, transcripts.get(row.pk, Transcript()), seen.get(row.notebook_id or 0), address
                )


def _ran(
    row: Execution, transcript: Transcript, notebook: Notebook | None, address: Callable[[str], str]
) -> Ran:
    output, left_out = _bounded(transcript)
    return Ran(
        pk=row.pk,
        url=address(row.get_absolute_url()),
        at=row.started_at,
        ended_at=row.finished_at,
        duration=row.told_duration,
        status=row.status,
        ended=row.get_status_display(),
        who=row.who,
        host=row.host,
        space=row.space.name,
        runbook=notebook.title if notebook else "",
        notebook=notebook.pk if notebook else None,
        path=row.place or row.notebook_path,
        meme=f"{row.meme}-{row.branch}" if row.branch else str(row.meme or ""),
        language=notebook.language if notebook else "",
        code=transcript.code,
        output=output,
        error=row.error,
        witnesses=row.witness_names,
        is_weak=row.is_weak,
        started_text=row.started_text,
        log_path=row.log_path,
        code_sha256=_digest(transcript.code),
        output_sha256=_digest_of_all(transcript),
        left_out=left_out,
    )


def _bounded(transcript: Transcript) -> tuple[str, int]:
    """The beginning and the end of a long output, and how many characters are not in them."""
    text, size = transcript.output, max(transcript.output_size, len(transcript.output))
    if len(text) <= LONGEST_OUTPUT:
        return text, size - len(text)
    kept = text[:_BEGINNING] + "\n[…]\n" + text[-(LONGEST_OUTPUT - _BEGINNING) :]
    return kept, size - LONGEST_OUTPUT


def _digest_of_all(transcript: Transcript) -> str:
    try:
        return _digest(full_output(transcript))
    except BlobMissing:
        return ""


def _digest(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()
