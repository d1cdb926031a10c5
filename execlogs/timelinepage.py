"""The executions page: sittings day by day, what they are narrowed to, and where the page goes on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import groupby

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from execlogs.form import WHEN, ExecutionsForm
from execlogs.lists import Row, rows_of
from execlogs.models import Execution
from execlogs.names import names_in
from execlogs.sittings import Place
from execlogs.timeline import Page, page_of
from execlogs.wishes import Reader, Wish
from notebooks.memes import Meme
from notebooks.models import Notebook
from notebooks.models.space import Viewer

_PLACE = re.compile(r"([0-9]{8}T[0-9]{6}\.[0-9]{6})-([0-9]{1,18})", re.ASCII)
_FORMAT = "%Y%m%dT%H%M%S.%f"


class TimelinePage:
    def __init__(self, viewer: Viewer, asked: QueryDict) -> None:
        self.viewer = viewer
        self.asked = asked
        self.reader = Reader.of(viewer)
        self.form = ExecutionsForm(asked)
        self.wish = self.form.wish()
        self.below = place_in(asked.get("before", ""))
        spaces = [space.pk for space in self.reader.spaces]
        self.form.offer(self.reader.spaces, names_in(spaces, "who"), names_in(spaces, "host"))

    @cached_property
    def page(self) -> Page:
        return page_of(self.reader, self.wish, self.below)

    @cached_property
    def rows(self) -> Sequence[Row]:
        spaces = {space.pk: space for space in self.reader.spaces}
        return rows_of(self.page.sittings, spaces, self.viewer, with_steps=self.wish.picks_cells)

    @property
    def days(self) -> list[tuple[date, list[Row]]]:
        """By the reader's clocks; a sitting stands on the day of its last execution."""
        by_day = groupby(self.rows, key=lambda row: timezone.localtime(row.last_at).date())
        return [(day, list(rows)) for day, rows in by_day]

    @property
    def is_narrowed(self) -> bool:
        return self.wish != Wish()

    @property
    def narrowings(self) -> int:
        """How many things it is narrowed by."""
        return sum(bool(value) for name, value in self.form.cleaned_data.items())

    @cached_property
    def is_empty(self) -> bool:
        """Whether there is nothing to narrow: the person may see no execution at all."""
        if self.rows or self.below:
            return False
        return not self.is_narrowed or not Execution.objects.visible_to(self.viewer).exists()

    @property
    def older_url(self) -> str:
        return self._address(before=written(self.page.older)) if self.page.older else ""

    @property
    def newest_url(self) -> str:
        """Where it begins; '' on the page that does."""
        return self._address(before="") if self.below else ""

    @property
    def export_url(self) -> str:
        asked = self.asked.copy()
        asked.pop("before", None)
        return f"{reverse('incident')}?{asked.urlencode()}" if asked else reverse("incident")

    @property
    def presets(self) -> list[tuple[str, str, bool]]:
        """Label, address and whether it is chosen."""
        chosen = self.form.cleaned_data.get("when", "")
        return [
            (str(label), self._address(when=name, since="", until="", before=""), name == chosen)
            for name, label in WHEN
        ]

    @property
    def any_time_url(self) -> str:
        return self._address(when="", since="", until="", before="")

    @property
    def has_time(self) -> bool:
        return bool(self.wish.since or self.wish.until)

    @property
    def chips(self) -> list[tuple[str, str]]:
        """What the form has no visible field for: in words, and the address without it."""
        found = []
        if self.wish.notebook:
            found.append((self._notebook_title(self.wish.notebook), self._address(notebook="", before="")))
        if self.wish.meme:
            found.append((_said_of_meme(self.wish.meme), self._address(meme="", before="")))
        return found

    def _notebook_title(self, pk: int) -> str:
        notebook = Notebook.objects.visible_to(self.viewer).filter(pk=pk).first()
        return notebook.title if notebook else _("runbook %(number)d") % {"number": pk}

    def _address(self, **changed: str) -> str:
        known = {**self.asked.dict(), **changed}
        query = QueryDict(mutable=True)
        query.update({name: str(value) for name, value in known.items() if value})
        return f"{reverse('executions')}?{query.urlencode()}" if query else reverse("executions")


def _said_of_meme(meme: Meme) -> str:
    return _("cell %(meme)s…") % {"meme": str(meme.uuid)[:8]}


def written(place: Place) -> str:
    return f"{place.at.astimezone(UTC).strftime(_FORMAT)}-{place.pk}"


def place_in(text: str) -> Place | None:
    """Where a page begins; None where the address says nothing that could be meant."""
    found = _PLACE.fullmatch(text)
    if found is None:
        return None
    try:
        return Place(datetime.strptime(found[1], _FORMAT).replace(tzinfo=UTC), int(found[2]))
    except ValueError:
        return None
