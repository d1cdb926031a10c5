"""Pages and forms that write notes. With htmx they stand on the runbook's page, without it on pages of their own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from notebooks.access import signed_in
from notebooks.models import Space
from stickies import announcing, writing
from stickies.access import visible_note
from stickies.digests import digest_of
from stickies.filling import Filling
from stickies.forms import EditForm, NoteForm, WordsForm
from stickies.markdown import references_in
from stickies.models import Note
from stickies.named import people_named
from stickies.places import asked_place
from stickies.reaching import extents
from stickies.refusals import Changed, Gone, NotAllowed, Refused, TooFast
from stickies.rights import Rights, notable_spaces
from stickies.views.answers import answer

_STATUS = {TooFast: 429, Changed: 409, Gone: 410}
Written = Callable[[], Note]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """At what the address names; see places.asked_place()."""
    asked = asked_place(request.GET, request.user)
    if not notable_spaces(request.user).exists():
        raise PermissionDenied(_("In none of the spaces that you may read you may write notes."))
    form = NoteForm(request.POST or None, at=asked.at, user=request.user)
    context = {
        "asked": asked,
        "at": asked.spot,
        "extents": extents(asked.at, request.user),
        "action": f"{request.path}?{asked.query}&at={asked.spot}",
    }

    def written() -> Note:
        return writing.write(form.draft(), signed_in(request), is_form=True)

    return _form_page(request, form, context, written, "new")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    thread = visible_note(request.user, pk)
    thread = thread.parent or thread
    _must(Rights.of(request.user).may_answer(thread), _("In this space you may not write notes."))
    form = WordsForm(request.POST or None)

    def written() -> Note:
        wanted = form.cleaned_data
        return writing.reply(thread, wanted["body"], signed_in(request), wanted["quote"], is_form=True)

    return _form_page(request, form, _of_note(request, thread), written, "reply")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    note = visible_note(request.user, pk)
    rights = Rights.of(request.user)
    may = rights.may_edit(note) or rights.may_label(note)
    _must(may, _("Only who wrote a note changes its words."))
    now = {"body": note.body, "seen": digest_of(note.body)}
    labels = {"kind": note.kind, "channel": note.channel, "reach": note.reach}
    form = EditForm(
        request.POST or None,
        initial=now | labels,
        note=note,
        reaches=announcing.place_of(note).reaches,
        may_edit=rights.may_edit(note),
    )
    context = {**_of_note(request, note), "seen": now["seen"]}

    def written() -> Note:
        wanted = form.cleaned_data
        return writing.edit(
            note, signed_in(request), seen=wanted["seen"], body=wanted["body"], labels=form.labels()
        )

    return _form_page(request, form, context, written, "edit")


@login_required
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Resolves a thread, or with `state=open` opens it again."""
    note = visible_note(request.user, pk)
    change = writing.reopen if request.POST.get("state") == "open" else writing.resolve
    return _acted(request, lambda: change(note, signed_in(request)), note)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    note = visible_note(request.user, pk)
    may = Rights.of(request.user).may_delete(note)
    _must(may, _("Only who wrote a note, or a writer of its space, deletes it."))
    if request.method != "POST":
        return render(request, "stickies/delete.html", _of_note(request, note))

    def deleted() -> Note:
        writing.delete(note, signed_in(request))
        return note

    return _acted(request, deleted, note)


def _form_page(
    request: HttpRequest,
    form: NoteForm | WordsForm | EditForm,
    context: dict[str, object],
    written: Written,
    name: str,
) -> HttpResponse:
    status = 200
    if request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST" and "preview" in request.POST:
        context = {**context, "preview": _preview(request, form, context.get("note"))}
    elif request.method == "POST":
        try:
            return answer(request, written())
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = _STATUS.get(type(refusal), 422)
            if isinstance(refusal, Changed):
                context |= {"other": refusal.note, "seen": digest_of(refusal.note.body)}
    page = f"stickies/_{name}_form.html" if request.htmx else f"stickies/{name}.html"  # type: ignore[attr-defined]
    return render(request, page, {**context, "form": form}, status=status)


def _acted(request: HttpRequest, act: Written, note: Note) -> HttpResponse:
    try:
        return answer(request, act())
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refused as refusal:
        context = {"note": note, "why": str(refusal)}
        return render(request, "stickies/refused.html", context, status=_STATUS.get(type(refusal), 422))


def _preview(request: HttpRequest, form: WordsForm | NoteForm | EditForm, note: object) -> object:
    """As it will be shown: whom it names depends on the space."""
    body = form.cleaned_data["body"]
    space = note.space if isinstance(note, Note) else form.cleaned_data.get("space")
    people = people_named(references_in(body), space) if isinstance(space, Space) else []
    names = [person.get_username() for person in people]
    return Filling.of_draft(body, names, request.user).filled(body)


def _of_note(request: HttpRequest, note: Note) -> dict[str, object]:
    query = request.GET.urlencode()
    return {
        "note": note,
        "at": request.GET.get("at", ""),
        "action": f"{request.path}?{query}" if query else request.path,
        "back": announcing.address_of(note),
    }


def _must(may: bool, why: str) -> None:  # noqa: FBT001  reads as a sentence where it stands
    if not may:
        raise PermissionDenied(why)
