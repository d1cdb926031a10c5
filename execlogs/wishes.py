"""Which executions somebody asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from execlogs.models import Execution, Transcript
from execlogs.models.execution import ExecutionQuerySet
from notebooks.memes import Meme
from notebooks.models import Notebook, Space
from notebooks.models.space import Viewer


@dataclass(frozen=True, slots=True)
class Wish:
    """'' and None narrow nothing."""

    space: str = ""  # its slug
    who: str = ""
    host: str = ""
    status: str = ""
    notebook: int | None = None  # a copy
    runbook: str = ""  # words of a title or path
    meme: Meme | None = None  # of a cell; without branch, its family
    q: str = ""
    since: datetime | None = None
    until: datetime | None = None  # up to, and not with

    @property
    def picks_cells(self) -> bool:
        """Whether of one sitting some are meant and others not."""
        return bool(self.status or self.meme or self.q)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, and the spaces that they may read at this moment."""

    viewer: Viewer
    spaces: Sequence[Space]

    @classmethod
    def of(cls, viewer: Viewer) -> Reader:
        return cls(viewer, list(Space.objects.visible_to(viewer).order_by("name", "pk")))

    def space_ids(self, wish: Wish) -> list[int]:
        """Where to look. Nowhere for a copy that may not be seen: that something ran in it is hidden alike."""
        if wish.notebook is not None and not self._may_see(wish.notebook):
            return []
        return [space.pk for space in self.spaces if wish.space in ("", space.slug)]

    def _may_see(self, notebook: int) -> bool:
        return Notebook.objects.visible_to(self.viewer).filter(pk=notebook).exists()

    def executions(self, wish: Wish) -> ExecutionQuerySet:
        """All that `wish` means; for counting and exports, which read no more than they are bounded to."""
        found = Execution.objects.visible_to(self.viewer).filter(*_plainly(wish), *of_text(wish, self.viewer))
        return found.filter(space__in=self.space_ids(wish)) if wish.space or wish.notebook else found


def _plainly(wish: Wish) -> Iterator[Q]:
    for name in ("who", "host", "status", "notebook"):
        if wanted := getattr(wish, name):
            yield Q(**{name: wanted})
    if wish.meme:
        yield of_meme(wish.meme)
    if wish.since:
        yield Q(at__gte=wish.since)
    if wish.until:
        yield Q(at__lt=wish.until)


def of_meme(meme: Meme) -> Q:
    return Q(meme=meme.uuid, branch=meme.branch) if meme.branch else Q(meme=meme.uuid)


def of_text(wish: Wish, viewer: Viewer) -> Iterator[Q]:
    """What no index finds."""
    if wish.runbook:
        called = Q(title__icontains=wish.runbook) | Q(path__icontains=wish.runbook)
        notebooks = Notebook.objects.visible_to(viewer).alive().filter(called)
        unknown = Q(notebook=None, notebook_path__icontains=wish.runbook)
        yield Q(notebook__in=notebooks.values("pk")) | unknown
    if wish.q:
        told = Q(code__icontains=wish.q) | Q(output__icontains=wish.q)
        transcripts = Transcript.objects.filter(told, execution=OuterRef("pk"))
        yield Q(headline__icontains=wish.q) | Q(error__icontains=wish.q) | Q(Exists(transcripts))


def narrowed_after(found: ExecutionQuerySet, **wanted: str) -> ExecutionQuerySet:
    """`found`, narrowed by what is looked at row by row: an index on it would lead the database to other rows."""
    hidden = {f"its_{name}": Coalesce(name, name) for name in wanted}
    return found.alias(**hidden).filter(**{f"its_{name}": value for name, value in wanted.items()})
