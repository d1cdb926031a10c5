"""`/t/<title>`: the notes of a cell, a notebook, a heading or a tag, and the way to a new one.

sidestickies opens it in the browser with what a new note should begin with. Looking changes nothing; a note that is
there is never overwritten.
"""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from notebooks.access import signed_in
from search.carrying import runbooks_with
from stickies import writing
from stickies.door.found import tag_of
from stickies.door.packing import packed, unpacked
from stickies.door.pages import Notes, Opening, at_of, notes_of, subject_of, usual_space
from stickies.door.titles import Page, opened
from stickies.filling import Filling
from stickies.forms import NoteForm
from stickies.markdown import references_in
from stickies.named import people_named
from stickies.reaching import extents
from stickies.refusals import NotAllowed, Refused, TooFast


@require_http_methods(["GET", "HEAD", "POST"])
def titled(request: HttpRequest, title: str) -> HttpResponse:
    body = request.GET.get("body") or unpacked(request.GET.get("packed", ""))
    page = opened(title, body, request.POST.get("body", ""))
    if not page.title:
        raise Http404
    if not request.user.is_authenticated:
        return redirect_to_login(_address(title, body))
    context = _context(request, page)
    form = context["form"]
    if request.method != "POST":
        return render(request, "opsnotes/titled.html", context)
    if not isinstance(form, NoteForm):
        return render(request, "opsnotes/titled.html", context, status=403)
    return _written(request, form, page, context)


def _context(request: HttpRequest, page: Page) -> dict[str, object]:
    notes, subject = notes_of(page, request.user), subject_of(page, request.user)
    asked = Opening(at_of(page, subject))
    return {
        "page": page,
        "subject": subject,
        "notes": notes,
        "tag": tag_of(page.title) if page.is_named else "",
        "carrying": runbooks_with(page.title, request.user) if page.is_named else None,
        "asked": asked,
        "extents": extents(asked.at, request.user),
        "action": request.get_full_path(),
        "form": _form(request, page, notes, asked),
    }


def _form(request: HttpRequest, page: Page, notes: Notes, asked: Opening) -> NoteForm | None:
    """Empty where the page exists: what a notebook server sends along is not for it. None for who may write nowhere."""
    space = usual_space(page, request.user)
    if space is None:
        return None
    # Room for one's own words above what is quoted.
    body = f"\n\n{page.body}" if page.body and not notes.titled else ""
    form = NoteForm(
        request.POST or None,
        at=asked.at,
        user=request.user,
        initial={"body": body, "space": space.slug},
    )
    form.fields["body"].widget.attrs["autofocus"] = not notes.titled
    return form


def _written(request: HttpRequest, form: NoteForm, page: Page, context: dict[str, object]) -> HttpResponse:
    status = 422
    if form.is_valid() and "preview" in request.POST:
        context["preview"], status = _preview(request, form), 200
    elif form.is_valid():
        try:
            note = writing.write(form.draft(), signed_in(request), is_form=True)
            return redirect(f"{reverse('titled', args=[page.title])}#note-{note.pk}")
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 429 if isinstance(refusal, TooFast) else 422
    return render(request, "opsnotes/titled.html", context, status=status)


def _preview(request: HttpRequest, form: NoteForm) -> object:
    body = form.cleaned_data["body"]
    people = people_named(references_in(body), form.cleaned_data["space"])
    return Filling.of_draft(body, [each.get_username() for each in people], request.user).filled(body)


def _address(title: str, body: str) -> str:
    """To come back to from the login page."""
    return reverse("titled", args=[title]) + (f"?{urlencode({'packed': packed(body)})}" if body else "")
