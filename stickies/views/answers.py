"""What a page answers after a note was written or changed: the place where it stands, or the way back to it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from stickies.announcing import address_of
from stickies.models import Note
from stickies.places import Spot, spot_in
from stickies.standing import notes_on


def answer(request: HttpRequest, note: Note) -> HttpResponse:
    """For htmx the notes of the place as they are now; else the page that the person was on, at the note."""
    spot = spot_in(request.GET.get("at", ""), request.user)
    if spot is None:
        return redirect(_back(request) or address_of(note))
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, _part(spot), place_context(request, spot))
    return redirect(f"{spot.url_of_page}#note-{note.pk}")


def place_context(request: HttpRequest, spot: Spot) -> dict[str, object]:
    """What the notes of one place are shown with; worked out for the whole part, as on the page."""
    part = spot.part
    cells = spot.notebook.cells.filter(index__gte=part.first, index__lt=part.stop).order_by("index")
    notes = notes_on(cells.only("index", "meme", "branch", "assigned", "source"), spot.notebook, request.user)
    standing = notes.at.get(spot.index, ()) if spot.index is not None else ()
    return {"notes": notes, "standing": standing, "index": spot.index, "at": str(spot), "is_swap": True}


def _part(spot: Spot) -> str:
    return "stickies/_on_notebook.html" if spot.index is None else "stickies/_at_cell.html"


def _back(request: HttpRequest) -> str:
    """`?next=`, if it is an address of this site."""
    url = request.GET.get("next", "")
    return url if url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None) else ""
