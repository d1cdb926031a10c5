"""GET /api/v1/search/complete/: what the search field offers while somebody types, for other programs' fields."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from search.api import failures_told
from search.completion import answer
from search.language.reading import LONGEST
from search.suggesting import Kind


class CompletionRequest(serializers.Serializer[Any]):
    q = serializers.CharField(
        required=False, allow_blank=True, trim_whitespace=False, default="", help_text="What is typed so far."
    )
    at = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=LONGEST,
        help_text="Where the cursor stands, in characters; else at the end.",
    )


class OptionSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField([str(kind) for kind in Kind])
    text = serializers.CharField(help_text="What comes to stand there, quoted where it has to be.")
    label = serializers.CharField()  # type: ignore[assignment]  # a name of DRF's own
    about = serializers.CharField(help_text="What it is, in words; may be empty.")
    count = serializers.IntegerField(
        allow_null=True, help_text="Hits of a value beside the rest of the query; null of all else."
    )
    goes_on = serializers.BooleanField(help_text="A value comes next.")
    url = serializers.CharField(help_text="Of a saved search, where it is opened as it was saved.")


class CompletionSerializer(serializers.Serializer[Any]):
    start = serializers.IntegerField(help_text="An option stands instead of the characters from here…")
    end = serializers.IntegerField(help_text="…up to here.")
    options = OptionSerializer(many=True)
    searches = OptionSerializer(many=True, help_text="One's own that begin so: each stands instead of all.")


class CompletionView(APIView):
    """Names of fields, and values that the person finds something by, each with its hits; at most ten."""

    @extend_schema(
        operation_id="search_complete",
        parameters=[CompletionRequest],
        responses={200: CompletionSerializer, 503: None},
    )
    def get(self, request: Request) -> Response:
        asked = CompletionRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        with failures_told():
            return Response(answer(told["q"], told.get("at"), request.user))
