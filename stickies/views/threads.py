"""A thread by itself, what befell a note, and how the text that it was written for differs from today's."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from lineage.sight import Sight
from stickies import writing
from stickies.access import visible_note
from stickies.announcing import address_of
from stickies.changes import changes_of
from stickies.differing import difference_of
from stickies.models import Note
from stickies.places import Spot, spot_in
from stickies.rights import Rights
from stickies.shown import ShownNote, shown
from stickies.standing import notes_at


@require_safe
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Permalink of a thread; `#note-<pk>` of each note in it."""
    found = visible_note(request.user, pk)
    if found.parent_id is not None:
        return redirect(address_of(found))
    told = Note.objects.told().for_reading().filter(pk=pk)
    thread = next(iter(shown(told, Sight(request.user))), None)
    if thread is None:
        return render(request, "stickies/removed.html", {"note": found}, status=410)
    if request.user.is_authenticated and thread.is_unread:
        writing.mark_seen(found, request.user)
    spot = spot_in(request.GET.get("at", ""), request.user)
    if request.htmx and spot is not None and spot.index is not None:  # type: ignore[attr-defined]
        return render(request, "stickies/_thread.html", {"each": _at(spot, found, request) or thread})
    return render(request, "stickies/thread.html", {"thread": thread, "note": found})


def _at(spot: Spot, note: Note, request: HttpRequest) -> ShownNote | None:
    """As it stands at a cell of a page that has put it away."""
    part = spot.part
    cells = spot.notebook.cells.filter(index__gte=part.first, index__lt=part.stop).order_by("index")
    standing = notes_at(cells, spot.notebook, request.user).get(spot.index or 0, ())
    return next((each for each in standing if each.note.pk == note.pk), None)


@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible_note(request.user, pk)
    may_see = found.deleted_at is None or Rights.of(request.user).may_see_removed(found)
    context = {"note": found, "changes": changes_of(found) if may_see else [], "may_see": may_see}
    return render(request, "stickies/history.html", context)


@require_safe
def difference(request: HttpRequest, pk: int) -> HttpResponse:
    """Between the text that a note was written for and that of the cell `?at=`; alone for htmx."""
    found = visible_note(request.user, pk)
    spot = spot_in(request.GET.get("at", ""), request.user)
    if spot is None or spot.index is None or found.deleted_at is not None:
        raise Http404
    context = {"note": found, "spot": spot, "difference": difference_of(found, spot)}
    part = "stickies/_difference.html" if request.htmx else "stickies/difference.html"  # type: ignore[attr-defined]
    return render(request, part, context)
