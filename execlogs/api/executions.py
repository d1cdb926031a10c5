"""/api/v1/executions/: what was executed, as far as the caller may see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from execlogs.api.receiving import ReceivesExecutions
from execlogs.lists import notebooks_seen
from execlogs.models import Execution, Status, Transcript, Witness
from execlogs.wishes import Reader, Wish
from notebooks.api.fields import MemeField
from notebooks.models.notebook import LARGEST_ID
from notebooks.paths import storable


class ExecutionSerializer(serializers.Serializer[Any]):
    """Times are UTC. Empty and null are what nobody told."""

    id = serializers.IntegerField(source="pk")
    space = serializers.CharField(source="space.slug", help_text="Its address (slug).")
    meme = serializers.UUIDField(allow_null=True, help_text="Of the cell, without branch.")
    branch = serializers.CharField()
    notebook = serializers.SerializerMethodField(
        help_text="The copy in which it ran, where the caller may see it."
    )
    path = serializers.SerializerMethodField(help_text="In the space; else on its server, as it was logged.")
    user = serializers.CharField(source="who", help_text="A name; empty where nothing tells.")
    host = serializers.CharField()
    started_at = serializers.DateTimeField(help_text="As it was told: logs tell whole seconds.")
    ended_at = serializers.DateTimeField(source="finished_at", allow_null=True)
    duration = serializers.SerializerMethodField(help_text="In seconds, from the one to the other.")
    status = serializers.ChoiceField(Status.choices)
    code = serializers.CharField(source="transcript.code")
    output = serializers.CharField(
        source="transcript.output", help_text="Of a very long one the beginning and the end."
    )
    is_cut = serializers.BooleanField(source="transcript.is_cut")
    error = serializers.CharField(help_text="The first line that says what went wrong.")
    witnesses = serializers.ListField(
        source="witness_names", child=serializers.ChoiceField([each.label for each in Witness])
    )
    url = serializers.SerializerMethodField(help_text="Its page.")

    def get_notebook(self, execution: Execution) -> int | None:
        return execution.notebook_id if execution.notebook_id in self.context["notebooks"] else None

    def get_path(self, execution: Execution) -> str:
        return execution.place or execution.notebook_path

    def get_duration(self, execution: Execution) -> float | None:
        lasted = execution.told_duration
        return None if lasted is None else lasted.total_seconds()

    def get_url(self, execution: Execution) -> str:
        return str(self.context["request"].build_absolute_uri(execution.get_absolute_url()))


class ExecutionQuery(serializers.Serializer[Any]):
    space = serializers.CharField(required=False, help_text="Its address (slug).")
    meme = MemeField(required=False, help_text="Of the cell; without branch, its family.")
    notebook = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    user = serializers.CharField(required=False, help_text="A name.")
    host = serializers.CharField(required=False, help_text="A notebook server, by its source's name.")
    status = serializers.ChoiceField(Status.choices, required=False)
    since = serializers.DateTimeField(required=False, help_text="Begun then or later.")
    until = serializers.DateTimeField(required=False, help_text="Begun before.")
    q = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="Words in code, output or error."
    )

    def wish(self) -> Wish:
        asked = dict(self.validated_data)
        asked["who"] = asked.pop("user", "")
        wanted: dict[str, Any] = {
            name: storable(value) if isinstance(value, str) else value for name, value in asked.items()
        }
        return Wish(**wanted)


@extend_schema_view(list=extend_schema(parameters=[ExecutionQuery]))
class ExecutionViewSet(ReceivesExecutions, viewsets.GenericViewSet[Execution]):
    """What was executed, as logs and notebooks tell it."""

    queryset = Execution.objects.none()
    serializer_class = ExecutionSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Execution]:
        return _with_texts(Execution.objects.visible_to(self.request.user))

    def list(self, request: Request) -> Response:
        """The newest first."""
        query = ExecutionQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = Reader.of(request.user).executions(query.wish()).order_by("-at", "-pk")
        # Counted without their texts, which only those of a page are read with.
        page: Sequence[Execution] = self.paginate_queryset(found) or []
        return self.get_paginated_response(self._data(_whole(page)))

    def retrieve(self, request: Request, pk: int) -> Response:
        """One, with all that is kept of its output."""
        return Response(self._data([get_object_or_404(self.get_queryset(), pk=pk)])[0])

    def _data(self, executions: Sequence[Execution]) -> Any:
        for each in executions:
            if not hasattr(each, "transcript"):
                Transcript(execution=each)  # an empty one, for as long as this answer takes
        pks = {each.notebook_id for each in executions if each.notebook_id}
        seen = notebooks_seen(pks, self.request.user).keys()
        context = {**self.get_serializer_context(), "notebooks": seen}
        return ExecutionSerializer(executions, many=True, context=context).data


def _whole(page: Sequence[Execution]) -> list[Execution]:
    rows = _with_texts(Execution.objects.filter(pk__in=[each.pk for each in page]))
    return sorted(rows, key=lambda each: (each.at, each.pk), reverse=True)


def _with_texts(executions: QuerySet[Execution]) -> QuerySet[Execution]:
    return executions.select_related("space", "transcript")
