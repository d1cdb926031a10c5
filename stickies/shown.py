"""Notes as pages show them: with their replies, their words as HTML, where they come from, what one may do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from django.db.models import Q
from django.urls import reverse

from lineage.families.naming import first_line
from lineage.sight import Sight
from notebooks.models import Notebook
from notebooks.models.space import Viewer
from notebooks.rendering import SafeHtml
from stickies.filling import Filling
from stickies.matching import Means, Place
from stickies.models import Kind, Note, Reach, Seen
from stickies.outdated import Fit, fit_of
from stickies.rights import Rights


@dataclass(frozen=True, slots=True)
class Origin:
    """The copy that a note was written at, where that is another than the one it is shown at."""

    title: str  # of its runbook, or the path of one that is gone; '' where the reader may not see it
    url: str  # '' where nothing can be opened
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One note: a thread's first or a reply."""

    note: Note
    filling: Filling
    may_edit: bool
    may_delete: bool

    @property
    def html(self) -> SafeHtml:
        """Only made where it is shown: a page may put threads away."""
        return self.filling.html(self.note)

    @property
    def is_removed(self) -> bool:
        return self.note.deleted_at is not None

    @property
    def url(self) -> str:
        """Below it stand what can be done with it: reply/, edit/, history/."""
        return _url_pattern().replace("/0/", f"/{self.note.pk}/")


@dataclass(frozen=True, slots=True)
class ShownNote(Said):
    """A thread."""

    replies: Sequence[Said]
    origin: Origin | None
    may_answer: bool
    is_unread: bool
    # Where it stands on this page.
    means: Means = Means.EXACT
    fit: Fit = Fit.FITS
    spot: str = ""  # as addresses name it: "12:5" is a cell, "12" a notebook
    is_late: bool = False  # there are very many before it
    is_first: bool = True  # the note stands at more than one cell of the page; one of them has its id

    @property
    def line(self) -> str:
        """Its first line, as it is told while the thread is closed."""
        return first_line(self.note.body, is_code=False)

    @property
    def is_hazard(self) -> bool:
        return self.note.kind == Kind.HAZARD

    @property
    def is_resolved(self) -> bool:
        return self.note.resolved_at is not None

    @property
    def is_warning(self) -> bool:
        """Stands open above the cell, and is printed."""
        return self.is_hazard and not self.is_resolved and not self.is_removed

    @property
    def is_put_away(self) -> bool:
        """Only its first line is on the page, the thread is asked for."""
        return self.is_late and not self.is_warning

    @property
    def is_everywhere(self) -> bool:
        return self.note.reach == Reach.FAMILY

    def on(self, spot: str) -> ShownNote:
        return replace(self, spot=spot)


def shown(threads: Iterable[Note], sight: Sight) -> list[ShownNote]:
    """Where it makes no difference what they stand at. A constant number of queries, however many."""
    threads = list(threads)
    return list(map(Page.of(threads, sight).thread, threads)) if threads else []


def in_order(notes: Iterable[ShownNote]) -> list[ShownNote]:
    """Hazards, then what is open, then what is resolved; each as it was written."""
    return sorted(notes, key=lambda each: (each.is_resolved, not each.is_warning, each.note.created_at))


@cache
def _url_pattern() -> str:
    """reverse() for any note: it is asked for a dozen times a thread."""
    return reverse("note", args=[0])


def _replies(threads: Sequence[Note]) -> Mapping[int, list[Note]]:
    found: defaultdict[int, list[Note]] = defaultdict(list)
    # "__pk": Django looks at every id of a relation as if it could be a row.
    pks = [each.pk for each in threads]
    for note in Note.objects.alive().filter(parent__pk__in=pks):
        if note.parent_id is not None:
            found[note.parent_id].append(note)
    return found


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked once for all notes of a page."""

    replies: Mapping[int, list[Note]]
    filling: Filling
    rights: Rights
    here: Notebook | None
    origins: Mapping[int, Notebook]  # those that the reader may see
    seen: Mapping[int, datetime]

    @classmethod
    def of(cls, threads: Sequence[Note], sight: Sight, here: Notebook | None = None) -> Page:
        replies = _replies(threads)
        everything = [*threads, *(reply for each in replies.values() for reply in each)]
        written_at = {note.notebook_id for note in threads if note.notebook_id is not None}
        written_at -= {here.pk} if here else set()
        return cls(
            replies,
            Filling.of(everything, sight.user),
            Rights.among(sight.spaces, sight.user),
            here,
            _visible(written_at, sight) if written_at else {},
            _seen(threads, sight.user),
        )

    def standing(self, place: Place, *, is_first: bool, is_late: bool) -> ShownNote:
        """At a cell of the notebook."""
        note, spot = place.note, place.spot
        fit = fit_of(note.cell_digest, spot.digest, is_same_notebook=self._is_of_here(note))
        at = f":{spot.cell.index}"
        return self.thread(note, at, place.means, fit, is_first=is_first, is_late=is_late)

    def thread(
        self,
        note: Note,
        at: str = "",
        means: Means = Means.EXACT,
        fit: Fit = Fit.FITS,
        *,
        is_first: bool = True,
        is_late: bool = False,
    ) -> ShownNote:
        replies = self.replies.get(note.pk, ())
        return ShownNote(
            note=note,
            filling=self.filling,
            may_edit=self.rights.may_edit(note),
            may_delete=self.rights.may_delete(note),
            replies=[self._said(reply) for reply in replies],
            origin=None if self._is_of_here(note) else self._origin(note),
            may_answer=self.rights.may_answer(note),
            is_unread=self._is_unread(note, replies),
            means=means,
            fit=fit,
            spot=f"{self.here.pk}{at}" if self.here else "",
            is_late=is_late,
            is_first=is_first,
        )

    def _is_of_here(self, note: Note) -> bool:
        return self.here is not None and note.notebook_id == self.here.pk

    def _said(self, note: Note) -> Said:
        rights = self.rights
        return Said(note, self.filling, rights.may_edit(note), rights.may_delete(note))

    def _origin(self, note: Note) -> Origin:
        origin = self.origins.get(note.notebook_id) if note.notebook_id else None
        if origin is None:
            return Origin("" if note.notebook_id else note.path, "")
        url = origin.get_absolute_url()
        at_cell = f"?meme={note.meme}" if note.meme and not note.is_of_notebook else ""
        return Origin(origin.title, url + at_cell, origin.folder)

    def _is_unread(self, note: Note, replies: Collection[Note]) -> bool:
        own = self.rights.person
        if own is None:
            return False
        seen_at = self.seen.get(note.pk)
        others = [each.created_at for each in (note, *replies) if each.author_id != own]
        return bool(others) and (seen_at is None or max(others) > seen_at)


def _visible(notebooks: Collection[int], sight: Sight) -> dict[int, Notebook]:
    found = sight.notebooks.filter(pk__in=notebooks)
    return {each.pk: each for each in found.only("pk", "title", "folder", "cell_count")}


def _seen(threads: Sequence[Note], user: Viewer) -> dict[int, datetime]:
    if not user.is_authenticated:
        return {}
    rows = Seen.objects.filter(Q(user=user.pk), note__pk__in=[note.pk for note in threads])
    return dict(rows.values_list("note_id", "at"))
