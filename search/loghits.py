"""Hits that are executions, from rows that the person may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from execlogs.models import Execution
from execlogs.parsing.text import plain
from notebooks.memes import Meme
from notebooks.models import Notebook, Space
from search.copies import NO_COPIES, Copies
from search.marking import Wanted
from search.naming import LogName
from search.snippets import Line, Marked, Pieces, snippet

_OF_NOTEBOOKS = ("space_id", "path", "title", "cell_count")


@dataclass(frozen=True, slots=True)
class LogHit:
    execution: Execution
    notebook: Notebook | None  # the copy in which it ran, if the person may see that
    score: float
    title: Pieces
    snippet: tuple[Line, ...]
    why: tuple[str, ...]
    copies: Copies = NO_COPIES
    kind: ClassVar[str] = "log"
    index: ClassVar[None] = None

    @property
    def updated_at(self) -> datetime:
        return self.execution.at

    @property
    def happened_at(self) -> datetime:
        return self.execution.at

    @property
    def url(self) -> str:
        return self.execution.get_absolute_url()

    @property
    def path(self) -> str:
        """Where it ran, as far as that is told."""
        return self.notebook.path if self.notebook else self.execution.place or self.execution.notebook_path

    @property
    def title_text(self) -> str:
        return "".join(text for text, _ in self.title)

    @property
    def meme(self) -> str:
        execution = self.execution
        return str(Meme(execution.meme, execution.branch)) if execution.meme else ""


def log_hits_of(
    found: Iterable[tuple[LogName, float]], wanted: Wanted, spaces: Mapping[int, Space]
) -> dict[LogName, LogHit]:
    """Without those that are gone since or in none of `spaces`. Two queries; none where there are no logs."""
    scores = dict(found)
    if not scores:
        return {}
    executions = _executions([name.execution for name in scores], spaces)
    notebooks = _notebooks({each.notebook_id for each in executions.values() if each.notebook_id}, spaces)
    return {
        name: _hit(executions[name.execution], notebooks, score, wanted)
        for name, score in scores.items()
        if name.execution in executions
    }


def _executions(pks: Collection[int], spaces: Mapping[int, Space]) -> dict[int, Execution]:
    """`spaces` are what Space.objects.visible_to() gave for this search."""
    seen = Execution.objects.filter(pk__in=pks, space__in=list(spaces)).exclude(transcript=None)
    rows = {row.pk: row for row in seen.select_related("transcript")}
    for row in rows.values():
        row.space = spaces[row.space_id]
    return rows


def _notebooks(pks: Collection[int], spaces: Mapping[int, Space]) -> dict[int, Notebook]:
    alive = Notebook.objects.alive().filter(pk__in=pks, space__in=list(spaces))
    return {row.pk: row for row in alive.only(*_OF_NOTEBOOKS)}


def _hit(execution: Execution, notebooks: Mapping[int, Notebook], score: float, wanted: Wanted) -> LogHit:
    notebook = notebooks.get(execution.notebook_id) if execution.notebook_id else None
    path = notebook.path if notebook else execution.place or execution.notebook_path
    title = Marked.of("title", notebook.title if notebook else path.rpartition("/")[2], wanted)
    error = Marked.of("error", execution.error, wanted)
    output = Marked.of("output", plain(execution.transcript.output), wanted)
    code = Marked.of("code", execution.transcript.code, wanted)
    place = Marked.of("path", path, wanted)
    return LogHit(
        execution=execution,
        notebook=notebook,
        score=score,
        title=title.pieces if title.text else (("…", False),),
        snippet=snippet([error, output, code]),
        why=_why([title, error, output, code, place], wanted),
    )


def _why(marked: Sequence[Marked], wanted: Wanted) -> tuple[str, ...]:
    """A hit without a single mark is one by its MEME, or by what else is known of the execution."""
    found = tuple(each.field for each in marked if each.spans)
    return found or (("log",) if wanted else ())
