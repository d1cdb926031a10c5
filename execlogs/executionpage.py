"""One execution: what ran, where, by whom, what came of it, and what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from execlogs.history import Mending, mending_of
from execlogs.lists import Step, listed, notebooks_seen
from execlogs.models import Execution, Status, Transcript
from execlogs.sittings import Sitting
from execlogs.timeline import sitting_around
from execlogs.transcripts import shown, transcript_of
from execlogs.wording import Said, said_of, witnesses_of
from notebooks.models import Notebook, Revision
from notebooks.models.space import Viewer
from notebooks.rendering import SafeHtml

MOST_OTHERS = 8  # runs of the same cell to compare with


@dataclass(frozen=True)
class ExecutionPage:
    execution: Execution
    viewer: Viewer

    @cached_property
    def transcript(self) -> Transcript:
        return transcript_of(self.execution)

    @cached_property
    def html(self) -> SafeHtml:
        language = self.notebook.language if self.notebook else ""
        return shown(self.execution, self.transcript, language)

    @property
    def said(self) -> Said:
        return said_of(self.execution)

    @property
    def witnesses(self) -> list[str]:
        return witnesses_of(self.execution)

    @property
    def has_failed(self) -> bool:
        return self.execution.status == Status.ERROR

    # --- Where it ran.

    @cached_property
    def notebook(self) -> Notebook | None:
        """The copy in which it ran, as far as the reader may see it; deleted ones too."""
        pk = self.execution.notebook_id
        return notebooks_seen([pk], self.viewer).get(pk) if pk else None

    @cached_property
    def revision(self) -> Revision | None:
        """The first one that was saved after it: that holds what it ran."""
        if self.notebook is None or self.notebook.is_deleted:
            return None
        saved = self.notebook.revisions.defer("memes").filter(saved_at__gte=self.execution.at)
        return saved.order_by("number").first()

    @property
    def has_moved(self) -> bool:
        """Whether the copy is elsewhere by now."""
        here, place = self.notebook, self.execution.place
        return bool(here and place and here.path != place)

    @property
    def cell_url(self) -> str:
        """The cell on the runbook's page, as it is today."""
        if self.notebook is None or self.notebook.is_deleted:
            return ""
        at_cell = f"?meme={self.execution.meme}" if self.execution.meme else ""
        return f"{self.notebook.get_absolute_url()}{at_cell}"

    # --- What stands around it.

    @cached_property
    def sitting(self) -> Sitting:
        return sitting_around(self.execution)

    @property
    def number(self) -> int:
        """Which one of its sitting, the first being 1."""
        return self.sitting.count - self._at

    @property
    def _at(self) -> int:
        return next(at for at, line in enumerate(self.sitting.lines) if line.pk == self.execution.pk)

    @cached_property
    def neighbours(self) -> tuple[Step | None, Step | None]:
        """What was executed before and after it in its sitting."""
        lines, at = self.sitting.lines, self._at
        pks = [lines[each].pk if 0 <= each < len(lines) else 0 for each in (at + 1, at - 1)]
        found = {each.pk: Step(each) for each in listed([pk for pk in pks if pk], self.viewer)}
        before, after = (found.get(pk) for pk in pks)
        return before, after

    @cached_property
    def mending(self) -> Mending | None:
        """What was executed after it until it succeeded; None of what did not fail."""
        return mending_of(self.execution, self.viewer) if self.has_failed else None

    @property
    def mending_steps(self) -> list[Step]:
        return [Step(each) for each in self.mending.after] if self.mending else []

    @cached_property
    def others(self) -> Sequence[tuple[Step, str]]:
        """The newest other executions of this cell, in whatever copy, and the address of the comparison."""
        if self.execution.meme is None:
            return ()
        family = Execution.objects.visible_to(self.viewer).filter(meme=self.execution.meme)
        newest = family.exclude(pk=self.execution.pk).order_by("-at", "-pk")[:MOST_OTHERS]
        return [(Step(each), _comparison(self.execution, each)) for each in newest]


def _comparison(one: Execution, other: Execution) -> str:
    """The earlier one stands first."""
    first, last = sorted((one, other), key=lambda each: (each.at, each.pk))
    return reverse("execution-compare", args=[first.pk, last.pk])
