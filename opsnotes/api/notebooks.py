from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from notebooks import blobs, moving
from notebooks.access import signed_in, visible_notebook, writable_notebook
from notebooks.api.errors import Conflict, Gone
from notebooks.forms import held_text, taken_text
from notebooks.models import Notebook, Revision
from notebooks.models.notebook import MEDIA_TYPE
from opsnotes.api.filters import NotebookQuery
from opsnotes.api.serializers import (
    CellsQuery,
    ChangeSerializer,
    NotebookDetailSerializer,
    NotebookSerializer,
    RevisionQuery,
    RevisionSerializer,
)


class NotebookViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Notebook]):
    """Runbooks, as far as the caller may see them."""

    queryset = Notebook.objects.none()
    serializer_class = NotebookSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Notebook]:
        visible = Notebook.objects.visible_to(self.request.user).alive().with_place()
        query = NotebookQuery(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        return query.apply(visible, self.request.user)

    @extend_schema(parameters=[NotebookQuery])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(parameters=[CellsQuery], responses=NotebookDetailSerializer)
    def retrieve(self, request: Request, pk: int) -> Response:
        """One with its cells; one that has very many, with a part of them."""
        query = CellsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        return self._detail(_in_use(visible_notebook(request.user, pk)), **query.validated_data)

    @extend_schema(request=ChangeSerializer, responses=NotebookDetailSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Move or rename it, or make an old revision the current one."""
        notebook = _in_use(writable_notebook(request.user, pk))
        change = ChangeSerializer(data=request.data, context={"request": request, "notebook": notebook})
        change.is_valid(raise_exception=True)
        try:
            change.make(notebook, signed_in(request))
        except moving.PlaceTaken as error:
            raise Conflict(taken_text()) from error
        except moving.Held as error:
            raise Conflict(held_text(error)) from error
        except moving.NotThere as error:
            raise Gone from error
        return self._detail(visible_notebook(request.user, pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Into the bin, from where restore/ brings it back."""
        moving.delete(_in_use(writable_notebook(request.user, pk)), signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=NotebookDetailSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: int) -> Response:
        """Out of the bin, to where it was. 409 where another stands there now."""
        notebook = writable_notebook(request.user, pk)
        try:
            moving.restore(notebook)
        except moving.PlaceTaken as error:
            raise Conflict(taken_text()) from error
        return self._detail(visible_notebook(request.user, pk))

    @extend_schema(parameters=[RevisionQuery], responses={(200, MEDIA_TYPE): OpenApiTypes.BINARY})
    @action(detail=True)
    def file(self, request: Request, pk: int) -> FileResponse:
        """The original bytes."""
        notebook = _in_use(visible_notebook(request.user, pk))
        original = blobs.open_file(_revision(request, notebook).sha256)
        return FileResponse(original, as_attachment=True, filename=notebook.name, content_type=MEDIA_TYPE)

    @extend_schema(responses=RevisionSerializer(many=True))
    @action(detail=True)
    def revisions(self, request: Request, pk: int) -> Response:
        """Its revisions, the newest first."""
        notebook = _in_use(visible_notebook(request.user, pk))
        pages = PageNumberPagination()
        revisions = notebook.revisions.select_related("by").defer("memes")
        page = pages.paginate_queryset(revisions, request, view=self)
        return pages.get_paginated_response(RevisionSerializer(page, many=True).data)

    def _detail(self, notebook: Notebook, cells_from: int = 0) -> Response:
        context = {**self.get_serializer_context(), "cells_from": cells_from}
        return Response(NotebookDetailSerializer(notebook, context=context).data)


def _in_use(notebook: Notebook) -> Notebook:
    if notebook.is_deleted:
        raise Gone
    return notebook


def _revision(request: Request, notebook: Notebook) -> Revision:
    """The one that `?revision=` names, or the current one."""
    query = RevisionQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    number = query.validated_data.get("revision")
    which = {"pk": notebook.revision_id} if number is None else {"number": number}
    return get_object_or_404(notebook.revisions, **which)
