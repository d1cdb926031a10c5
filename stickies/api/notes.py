"""/api/v1/notes/: notes as the pages write and show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from notebooks.access import signed_in
from notebooks.models import Notebook, Space
from notebooks.models.space import Viewer
from notebooks.paths import storable
from stickies import writing
from stickies.api.errors import PreconditionFailed, PreconditionRequired, as_http, gone
from stickies.api.serializers import ChangedNoteSerializer, NewNoteSerializer, NoteQuery, NoteSerializer
from stickies.digests import digest_of
from stickies.drafts import At, Draft
from stickies.filling import Filling
from stickies.models import Note
from stickies.places import asked_place
from stickies.references import folded
from stickies.refusals import Refused
from stickies.today import outdated_among

Result = TypeVar("Result")

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of the note as it was read.",
)


class NoteViewSet(viewsets.GenericViewSet[Note]):
    """Notes, as far as the caller may see them."""

    queryset = Note.objects.none()
    serializer_class = NoteSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Note]:
        replies = Count("replies", filter=Q(replies__deleted_at=None))
        notes = Note.objects.visible_to(self.request.user).select_related("space").defer("cell_text")
        return notes.annotate(reply_count=replies).order_by("-created_at", "-pk")

    @extend_schema(parameters=[NoteQuery])
    def list(self, request: Request) -> Response:
        """The newest first; threads and replies."""
        query = NoteQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(_narrowed(self.get_queryset(), query.validated_data))
        return self.get_paginated_response(self._data(page or []))

    def retrieve(self, request: Request, pk: int) -> Response:
        """One; its ETag is what If-Match wants."""
        return self._answer(self._note(pk))

    @extend_schema(request=NewNoteSerializer, responses={201: NoteSerializer})
    def create(self, request: Request) -> Response:
        """Write a note, or with `parent` an answer to one."""
        asked = NewNoteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        by = signed_in(request)
        if wanted.get("parent"):
            thread = self._note(wanted["parent"])
            note = _done(lambda: writing.reply(thread, wanted["body"], by, wanted["quote"]))
        else:
            draft = _draft(wanted, request.user)
            note = _done(lambda: writing.write(draft, by))
        return self._answer(self._note(note.pk), status.HTTP_201_CREATED)

    @extend_schema(request=ChangedNoteSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change its words or labels, resolve it or open it again. 412 where somebody changed its words meanwhile."""
        note = self._note(pk)
        asked = ChangedNoteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        seen, by = _seen(request, note), signed_in(request)
        wanted = asked.validated_data
        with transaction.atomic():  # all that was asked for, or nothing
            if wanted.keys() - {"resolved"} or not wanted:
                body = wanted.get("body")
                _done(lambda: writing.edit(note, by, seen=seen, body=body, labels=asked.labels()))
            if "resolved" in wanted:
                settle = writing.resolve if wanted["resolved"] else writing.reopen
                _done(lambda: settle(note, by))
        return self._answer(self._note(pk))

    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Its words stay in its history, for its author and the space's writers."""
        note = self._note(pk)
        seen, by = _seen(request, note), signed_in(request)
        _done(lambda: writing.delete(note, by, seen=seen))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _note(self, pk: int) -> Note:
        note = get_object_or_404(self.get_queryset(), pk=pk)
        if note.deleted_at is not None:
            raise gone()
        return note

    def _answer(self, note: Note, code: int = status.HTTP_200_OK) -> Response:
        headers = {"ETag": f'"{digest_of(note.body)}"'}
        return Response(self._data([note])[0], status=code, headers=headers)

    def _data(self, notes: Sequence[Note]) -> Any:
        user = self.request.user
        written_at = {note.notebook_id for note in notes if note.notebook_id}
        visible = Notebook.objects.visible_to(user).filter(pk__in=written_at).values_list("pk", flat=True)
        context = {
            **self.get_serializer_context(),
            "filling": Filling.of(notes, user),
            "outdated": outdated_among(notes, user),
            "visible": set(visible),
        }
        return NoteSerializer(notes, many=True, context=context).data


def _done(act: Callable[[], Result]) -> Result:
    try:
        return act()
    except Refused as refusal:
        raise as_http(refusal) from refusal


def _seen(request: Request, note: Note) -> str:
    """The digest of the text that the caller read."""
    sent = request.headers.get("If-Match", "")
    tags = [tag.strip().strip('"') for tag in sent.split(",") if tag.strip()]
    if not tags:
        raise PreconditionRequired
    now = digest_of(note.body)
    if "*" not in tags and now not in tags:
        raise PreconditionFailed
    return now


def _narrowed(notes: QuerySet[Note], wanted: dict[str, Any]) -> QuerySet[Note]:
    notes = notes.filter(deleted_at=None)
    columns = {"space": "space__slug", "author": "author_name"}
    for name in ("space", "notebook", "reach", "kind", "channel", "author", "title"):
        if name in wanted:
            notes = notes.filter(**{columns.get(name, name): _storable(wanted[name])})
    if "meme" in wanted:
        meme = wanted["meme"]
        notes = notes.filter(meme=meme.uuid, **({"branch": meme.branch} if meme.branch else {}))
    if "tag" in wanted:
        notes = notes.filter(tags__name=folded(storable(wanted["tag"]).lstrip("#＃")))
    if wanted["resolved"] is not None:
        notes = notes.filter(resolved_at__isnull=not wanted["resolved"])
    if "parent" in wanted:
        notes = notes.filter(parent=wanted["parent"] or None)
    return notes


def _storable(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value


def _draft(wanted: dict[str, Any], user: Viewer) -> Draft:
    """404 for a notebook, a family or a space that the caller may not see."""
    at = At(title=wanted["title"]) if _is_titled(wanted) else asked_place(_address(wanted), user).at
    slug = wanted.get("space")
    if slug is None and at.notebook is not None:
        space = at.notebook.space
    else:
        space = get_object_or_404(Space.objects.visible_to(user), slug=slug)
    reach = wanted.get("reach", "")
    if reach and reach not in at.reaches:
        raise serializers.ValidationError(
            {"reach": [_("A note can be seen only where what it hangs on is.")]}
        )
    return Draft(space, at, wanted["body"], wanted["kind"], wanted["channel"], reach, wanted["quote"])


def _is_titled(wanted: dict[str, Any]) -> bool:
    return not wanted.get("notebook") and not wanted.get("meme")


def _address(wanted: dict[str, Any]) -> dict[str, str]:
    return {name: str(wanted[name]) for name in ("notebook", "index", "meme") if wanted.get(name) is not None}
