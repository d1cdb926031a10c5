"""GET /api/v1/notebooks/<id>/runs/, and what people say of a notebook: GET and PUT /api/v1/notebooks/<id>/pin/"""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lineage.models import Deviation, Pin, RunOf
from lineage.runs.pins import FOUND, say, visible_pin, why_not
from lineage.runs.runlist import DIFFERS, ENDINGS, RunList
from notebooks.access import signed_in, visible_notebook, writable_notebook
from notebooks.api.errors import Gone
from notebooks.models import Notebook
from notebooks.verdict import Ending

_DEVIATIONS = Prefetch("deviations", Deviation.objects.order_by("pk"))


class StepSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="Of the cell in the template.")
    at = serializers.IntegerField(
        allow_null=True, help_text="Of the cell in the run; null where it was removed."
    )
    status = serializers.ChoiceField(["ok", "error", "not_run", "none", "removed"])
    edited = serializers.BooleanField()
    values = serializers.BooleanField(help_text="Only a host, a date, a number or the like is another.")
    repeated = serializers.BooleanField()


class DeviationSerializer(serializers.ModelSerializer[Deviation]):
    prose = serializers.BooleanField(source="is_prose")
    reached = serializers.BooleanField(
        source="is_reached", help_text="False for a skipped step that stands after the last one executed."
    )

    class Meta:
        model = Deviation
        fields = ("kind", "meme", "template_index", "index", "prose", "reached")
        read_only_fields = fields


class RunSerializer(serializers.ModelSerializer[RunOf]):
    id = serializers.IntegerField(source="notebook_id", help_text="Of the run, a notebook.")
    space = serializers.CharField(source="notebook.space.slug")
    path = serializers.CharField(source="notebook.path")
    revision = serializers.IntegerField(source="revision.number")
    template_revision = serializers.IntegerField(
        source="template_revision.number", help_text="The template as it was when copied."
    )
    who = serializers.CharField(source="notebook.trace.who")
    worked_at = serializers.DateTimeField(source="notebook.trace.worked_at")
    worked_until = serializers.DateTimeField(source="notebook.trace.worked_until", allow_null=True)
    ending = serializers.ChoiceField([each.value for each in Ending], source="notebook.trace.ending")
    stopped_step = serializers.IntegerField(source="notebook.trace.stopped_step", allow_null=True)
    steps = StepSerializer(many=True, help_text="The template’s cells that can be run, in order.")
    deviations = DeviationSerializer(many=True)
    url = serializers.SerializerMethodField(help_text="Its page.")

    class Meta:
        model = RunOf
        fields = (
            "id", "space", "path", "revision", "template_revision", "how", "who", "worked_at", "worked_until",
            "ending", "stopped_step", "steps", "deviations", "url",
        )  # fmt: skip
        read_only_fields = fields

    def get_url(self, run: RunOf) -> str:
        return str(self.context["request"].build_absolute_uri(run.notebook.get_absolute_url()))


class RunsRequest(serializers.Serializer[Any]):
    who = serializers.CharField(required=False, help_text="A name.")
    ended = serializers.ChoiceField([value for value, _words in ENDINGS], required=False)
    differs = serializers.ChoiceField([*DIFFERS, "nothing"], required=False)
    since = serializers.DateField(required=False)


@extend_schema(operation_id="notebook_runs", parameters=[RunsRequest])
class RunsView(generics.ListAPIView[RunOf]):
    """The runs of a template, the last first, and what each did otherwise."""

    queryset = RunOf.objects.none()
    serializer_class = RunSerializer

    def get_queryset(self) -> QuerySet[RunOf]:
        notebook = _in_use(visible_notebook(self.request.user, self.kwargs["pk"]))
        asked = self.request.query_params
        RunsRequest(data=asked).is_valid(raise_exception=True)
        return RunList(notebook, self.request.user, asked).found.prefetch_related(_DEVIATIONS)


class PinSerializer(serializers.Serializer[Any]):
    says = serializers.ChoiceField([FOUND, *Pin.Says.values], help_text="found: nobody said anything.")
    template = serializers.IntegerField(
        required=False, allow_null=True, help_text="Id of the template, where says is run."
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        data["template"] = self._template(data.get("template")) if data["says"] == Pin.Says.RUN else None
        return data

    def _template(self, pk: int | None) -> Notebook:
        if pk is None:
            raise serializers.ValidationError({"template": _("Name the template that it is a run of.")})
        try:
            found = visible_notebook(self.context["request"].user, pk)
        except Http404 as error:
            raise serializers.ValidationError(
                {"template": _("There is no runbook of this name that you may read.")}
            ) from error
        if reason := why_not(self.context["notebook"], found):
            raise serializers.ValidationError({"template": reason})
        return found


class PinView(APIView):
    """Whether a person said that a notebook is a template, a run of another, or neither."""

    @extend_schema(operation_id="notebook_pin", responses=PinSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return self._told(request, _in_use(visible_notebook(request.user, pk)))

    @extend_schema(operation_id="notebook_pin_set", request=PinSerializer, responses=PinSerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Goes before what is found out, from as soon as that is worked out again."""
        notebook = _in_use(writable_notebook(request.user, pk))
        said = PinSerializer(data=request.data, context={"request": request, "notebook": notebook})
        said.is_valid(raise_exception=True)
        say(notebook, said.validated_data["says"], said.validated_data["template"], signed_in(request))
        return self._told(request, notebook)

    def _told(self, request: Request, notebook: Notebook) -> Response:
        pin = visible_pin(notebook, request.user)
        return Response({"says": pin.says if pin else FOUND, "template": pin.template_id if pin else None})


def _in_use(notebook: Notebook) -> Notebook:
    if notebook.is_deleted:
        raise Gone
    return notebook
