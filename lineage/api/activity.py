"""GET /api/v1/activity/ and /api/v1/activity/journeys/"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lineage.graph.folding import Arc
from lineage.graph.journeys import journeys
from lineage.heads import Head
from lineage.panorama.activity import Activity, Lane, Wish
from lineage.panorama.form import FIRST, LAST
from lineage.panorama.lanes import Work
from lineage.sight import Sight
from notebooks.models.notebook import LARGEST_ID
from notebooks.verdict import Ending


class SpaceRequest(serializers.Serializer[Any]):
    space = serializers.CharField(required=False, help_text="Its address (slug).")


class ActivityRequest(SpaceRequest):
    who = serializers.CharField(required=False, help_text="A name.")
    since = serializers.DateField(required=False, help_text="The first day.")
    until = serializers.DateField(
        required=False, help_text="The last day. Without both: the usual twelve months."
    )
    unrun = serializers.BooleanField(required=False, default=False, help_text="Also what was only saved.")
    runbook = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Its work and that of its runs."
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        for name in ("since", "until"):
            if name in data and not FIRST <= data[name] <= LAST:
                raise serializers.ValidationError({name: f"Write a day from {FIRST} to {LAST}."})
        return data

    def wish(self) -> Wish:
        asked = self.validated_data
        return Wish(
            space=asked.get("space", ""),
            who=asked.get("who", ""),
            since=asked.get("since"),
            until=asked.get("until"),
            has_unrun=asked["unrun"],
            runbook=asked.get("runbook"),
        )


class RunbookSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="notebook.pk")
    title = serializers.CharField()
    space = serializers.CharField(source="notebook.space.slug")
    path = serializers.CharField(source="notebook.path")
    runs = serializers.IntegerField(help_text="Of it, that the caller may see.")
    url = serializers.SerializerMethodField(help_text="Its page.")

    def get_url(self, head: Head) -> str:
        return str(self.context["request"].build_absolute_uri(head.url))


class WorkSerializer(serializers.Serializer[Any]):
    notebook = serializers.IntegerField(help_text="The runbook itself, or the run.")
    who = serializers.CharField(help_text="A name; empty where nothing tells.")
    at = serializers.DateTimeField()
    ending = serializers.ChoiceField([each.value for each in Ending])
    stopped_step = serializers.IntegerField(allow_null=True)
    ran = serializers.IntegerField()
    steps = serializers.IntegerField()


class LaneSerializer(serializers.Serializer[Any]):
    runbook = RunbookSerializer()
    count = serializers.IntegerField()
    stopped = serializers.IntegerField(help_text="Of those, at an error.")
    last_at = serializers.DateTimeField()
    works = WorkSerializer(many=True, help_text="The newest first.")


class DaySerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    count = serializers.IntegerField()
    stopped = serializers.IntegerField()


class ActivitySerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="Of runbooks.")
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    since = serializers.DateField()
    until = serializers.DateField()
    days = DaySerializer(many=True, help_text="Those with work, at most the last two years of the window.")
    results = LaneSerializer(many=True, help_text="The one that was worked on last comes first.")


class JourneySerializer(serializers.Serializer[Any]):
    start = RunbookSerializer(help_text="Where the cells began.")
    end = RunbookSerializer()
    families = serializers.IntegerField(help_text="Of cells, that went from the one to the other.")
    alike = serializers.IntegerField(help_text="Of those, told by nothing but how alike the texts are.")


class LanePages(PageNumberPagination):
    page_size = 20


class ActivityView(APIView):
    """Which runbooks were worked on when, by whom, and how it ended. Runs stand with their template."""

    @extend_schema(operation_id="activity", parameters=[ActivityRequest], responses=ActivitySerializer)
    def get(self, request: Request) -> Response:
        asked = ActivityRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        activity = Activity(Sight(request.user), asked.wish())
        pages = LanePages()
        lanes = pages.paginate_queryset(activity.lanes(), request, view=self) or []
        shown = LaneSerializer(_with_works(activity, lanes), many=True, context={"request": request})
        return Response({**pages.get_paginated_response(shown.data).data, **_when(activity)})


class JourneysView(APIView):
    """How cells travelled between runbooks, the strongest ways first."""

    @extend_schema(
        operation_id="activity_journeys", parameters=[SpaceRequest], responses=JourneySerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        asked = SpaceRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        sight, pages = Sight(request.user), PageNumberPagination()
        arcs = journeys(sight, asked.validated_data.get("space", ""))
        some = pages.paginate_queryset(arcs, request, view=self) or []
        shown = JourneySerializer(_with_heads(sight, some), many=True, context={"request": request})
        return pages.get_paginated_response(shown.data)


def _when(activity: Activity) -> dict[str, Any]:
    window = activity.window
    days = activity.days(window.last(2 * 366))
    told = [{"date": day, "count": each.count, "stopped": each.stopped} for day, each in sorted(days.items())]
    return {"since": window.since, "until": window.until, "days": told}


def _with_works(activity: Activity, lanes: Iterable[Lane]) -> list[dict[str, Any]]:
    some = list(lanes)
    heads = activity.sight.heads(lane.head for lane in some)
    works: dict[int, list[Work]] = defaultdict(list)
    for work in activity.works_on([lane.head for lane in some]):
        works[work.head].append(work)
    return [
        {
            "runbook": heads[lane.head],
            "count": lane.count,
            "stopped": lane.stopped,
            "last_at": lane.last_at,
            "works": works[lane.head],
        }
        for lane in some
        if lane.head in heads
    ]


def _with_heads(sight: Sight, arcs: Iterable[Arc]) -> list[dict[str, Any]]:
    some = [(arc, arc.start, arc.end) for arc in arcs]
    heads = sight.heads(end for _, *ends in some for end in ends if isinstance(end, int))
    return [
        {"start": heads[start], "end": heads[end], "families": arc.families, "alike": arc.alike}
        for arc, start, end in some
        if isinstance(start, int) and isinstance(end, int) and {start, end} <= heads.keys()
    ]
