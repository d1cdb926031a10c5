"""What a person watches, with the names of the things as far as they may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from inbox.models import Watch
from notebooks.models import Cell, Notebook, Space

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Watched:
    watch: Watch
    name: str
    url: str  # "" where it cannot be opened
    feed: str  # the last part of its feed's address, "" where it has none


def watched_by(user: User) -> list[Watched]:
    watches = list(Watch.objects.filter(user=user).select_related("notebook", "space"))
    seen = _Seen.of(user, watches)
    return [seen.shown(watch) for watch in watches]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What of all that is watched the person may read."""

    notebooks: frozenset[int]
    spaces: frozenset[int]
    families: Mapping[UUID, str]  # the first line of one of its cells

    @classmethod
    def of(cls, user: User, watches: Iterable[Watch]) -> _Seen:
        watches = list(watches)
        notebooks = Notebook.objects.visible_to(user).filter(pk__in=[each.notebook_id for each in watches])
        spaces = Space.objects.visible_to(user).filter(pk__in=[each.space_id for each in watches])
        families = Cell.objects.visible_to(user).filter(meme__in=[each.family for each in watches])
        texts = families.order_by("-pk").values_list("meme", "source")
        return cls(
            frozenset(notebooks.values_list("pk", flat=True)),
            frozenset(spaces.values_list("pk", flat=True)),
            {meme: _first_line(source) for meme, source in texts},
        )

    def shown(self, watch: Watch) -> Watched:
        if watch.notebook is not None and watch.notebook_id in self.notebooks:
            return Watched(watch, watch.notebook.title, watch.notebook.get_absolute_url(), "runbook")
        if watch.space is not None and watch.space_id in self.spaces:
            return self._shown_place(watch, watch.space)
        if watch.family is not None:
            name = self.families.get(watch.family) or str(watch.family)
            return Watched(watch, name, reverse("family", args=[str(watch.family)]), "")
        return Watched(watch, _("something you may not read any more"), "", "")

    def _shown_place(self, watch: Watch, space: Space) -> Watched:
        folder = f"{watch.folder}/" if watch.folder else ""
        name = f"{space.name} / {watch.folder}" if watch.folder else space.name
        return Watched(watch, name, reverse("browse", args=[space.slug, folder]), "" if folder else "space")


def _first_line(source: str) -> str:
    line = next((line.strip() for line in source.splitlines() if line.strip()), "")
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1]}…"
