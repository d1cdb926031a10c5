"""What somebody may want to compare a notebook with: its other revisions, its template, runs of the same template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineage.comparison.operands import Operand
from lineage.models import RunOf
from notebooks.models import Notebook, Revision
from notebooks.models.space import Viewer

MOST = 12  # of a kind; pages of their own have all


@dataclass(frozen=True, slots=True)
class Partners:
    operand: Operand
    revisions: Sequence[Operand]  # the newest first, without itself
    template: Notebook | None
    runs: Sequence[Notebook]  # the last worked on first: its own, or of the same template, with their traces

    @classmethod
    def of(cls, operand: Operand, user: Viewer) -> Partners:
        notebook = operand.notebook
        known = RunOf.objects.visible_to(user).select_related("template__space", "template__revision")
        run = known.defer("template__revision__memes").filter(notebook=notebook).first()
        head = run.template if run else notebook
        return cls(operand, _revisions(operand), run.template if run else None, _runs(head, notebook, user))

    @property
    def is_none(self) -> bool:
        return not (self.revisions or self.template or self.runs)


def _revisions(operand: Operand) -> list[Operand]:
    revisions = Revision.objects.filter(notebook=operand.notebook).exclude(pk=operand.revision.pk)
    return [
        Operand(operand.notebook, revision)
        for revision in revisions.select_related("by").defer("memes")[:MOST]
    ]


def _runs(template: Notebook, itself: Notebook, user: Viewer) -> list[Notebook]:
    runs = RunOf.objects.visible_to(user).filter(template=template).exclude(notebook=itself)
    newest = runs.order_by("-notebook__trace__worked_at", "-notebook").values("notebook")[:MOST]
    notebooks = Notebook.objects.filter(pk__in=[row["notebook"] for row in newest])
    return list(notebooks.with_place().select_related("trace").order_by("-trace__worked_at", "-pk"))
