"""/api/v1/sources/: where notebooks come from by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from notebooks.access import writable_space
from notebooks.paths import storable
from sync import asking, keeping, testing
from sync.access import managed_source
from sync.api.serializers import ConnectionTestSerializer, SourceSerializer, SyncRunSerializer, last_runs
from sync.models import Probe, Run, Source
from sync.results import results_of


@method_decorator(sensitive_post_parameters("secret"), name="dispatch")
class SourceViewSet(viewsets.GenericViewSet[Source]):
    """Sources of the spaces that the caller may read; addresses are told to those who may change them."""

    queryset = Source.objects.none()
    serializer_class = SourceSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Source]:
        return Source.objects.visible_to(self.request.user).select_related("space")

    def list(self, request: Request) -> Response:
        """By name."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self._data(page or []))

    def retrieve(self, request: Request, pk: int) -> Response:
        """One, with its newest run."""
        return Response(self._data([self.get_object()])[0])

    @extend_schema(responses={201: SourceSerializer})
    def create(self, request: Request) -> Response:
        """Add one. It runs on schedule, unless `is_paused` is sent."""
        self._must_write()
        asked = SourceSerializer(data=request.data, context=self._context([]))
        asked.is_valid(raise_exception=True)
        return Response(self._data([asked.save()])[0], status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: int) -> Response:
        """Change it, pause it (`is_paused`). With another address its secret has to be sent again."""
        source = managed_source(request.user, pk)
        self._must_write()
        asked = SourceSerializer(source, data=request.data, partial=True, context=self._context([source]))
        asked.is_valid(raise_exception=True)
        return Response(self._data([asked.save()])[0])

    def destroy(self, request: Request, pk: int) -> Response:
        """Nothing comes in from it any more; what it brought stays."""
        keeping.delete(managed_source(request.user, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={202: SyncRunSerializer})
    @action(detail=True, methods=["post"])
    def sync(self, request: Request, pk: int) -> Response:
        """Run it now. Where it runs already, the answer is that run."""
        run = asking.ask(managed_source(request.user, pk), Run.Why.PERSON)
        context = {**self.get_serializer_context(), "is_mine": True}
        told = SyncRunSerializer(results_of([run])[0], context=context).data
        return Response(told, status=status.HTTP_202_ACCEPTED)

    @extend_schema(methods=["POST"], request=None, responses={202: ConnectionTestSerializer})
    @extend_schema(methods=["GET"], responses=ConnectionTestSerializer)
    @action(detail=True, methods=["get", "post"])
    def test(self, request: Request, pk: int) -> Response:
        """POST has its connection tested; GET tells what the last test found so far."""
        source = managed_source(request.user, pk)
        if request.method == "POST":
            return Response(
                ConnectionTestSerializer(testing.ask(source)).data, status=status.HTTP_202_ACCEPTED
            )
        return Response(ConnectionTestSerializer(get_object_or_404(Probe, source=source)).data)

    def _must_write(self) -> None:
        """In the space that is named, if one is: before anything else is said of it."""
        sent = self.request.data
        if isinstance(sent, Mapping) and "space" in sent:
            writable_space(self.request.user, storable(str(sent["space"])))

    def _data(self, sources: Sequence[Source]) -> Any:
        return SourceSerializer(sources, many=True, context=self._context(sources)).data

    def _context(self, sources: Sequence[Source]) -> dict[str, Any]:
        manageable = Source.objects.manageable_by(self.request.user)
        mine = manageable.filter(pk__in=[source.pk for source in sources]).values_list("pk", flat=True)
        return {**self.get_serializer_context(), "mine": set(mine), "last_runs": last_runs(sources)}
