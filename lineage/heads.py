"""Runbooks as a reader sees them: a template stands for its runs, as far as the reader may see both."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef

from lineage.models import RunOf
from notebooks.models import Notebook
from notebooks.models.space import Viewer


@dataclass(frozen=True, slots=True)
class Head:
    """A runbook, and how many runs of it the reader may see."""

    notebook: Notebook
    runs: int

    @property
    def title(self) -> str:
        return self.notebook.title

    @property
    def url(self) -> str:
        return self.notebook.get_absolute_url()

    @property
    def place(self) -> str:
        return f"{self.notebook.space.name}/{self.notebook.folder}".rstrip("/")


def heads(user: Viewer, runbooks: Iterable[int]) -> dict[int, Head]:
    """Two queries, however many; what the reader may not see is not among them."""
    wanted = set(runbooks)
    found = Notebook.objects.visible_to(user).alive().filter(pk__in=wanted).with_place()
    # As RunOf.visible_to(), asked row by row: without writing down all that the reader may see.
    seen = Notebook.objects.visible_to(user).alive().filter(pk=OuterRef("notebook"))
    runs = RunOf.objects.filter(Exists(seen), template__in=wanted).order_by().values("template")
    counts = dict(runs.annotate(runs=Count("pk")).values_list("template", "runs"))
    return {notebook.pk: Head(notebook, counts.get(notebook.pk, 0)) for notebook in found}
