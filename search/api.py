"""GET /api/v1/search/"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from haystack.exceptions import SearchBackendError
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from search.find import BEST, FACETS, LAST_PAGE, NEWEST, Found, Wish, find
from search.labels import hint
from search.loghits import LogHit
from search.notehits import NoteHit
from search.showing import AnyHit
from search.snippets import Line
from search.understanding import Kind, parts_of
from stickies.models import Kind as NoteKind

logger = logging.getLogger(__name__)

KINDS = ["notebook", "code", "markdown", "raw", "note", "log"]


class SearchFailed(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = _(
        "The search engine failed. This is not the same as finding nothing: try again in a minute."
    )
    default_code = "search_failed"


@contextmanager
def failures_told() -> Iterator[None]:
    """That the engine failed, as an answer of the API."""
    try:
        yield
    except SearchBackendError as failure:
        logger.exception("The search engine failed")
        raise SearchFailed from failure


class SearchRequest(serializers.Serializer[Any]):
    q = serializers.CharField(
        required=False,
        allow_blank=True,
        trim_whitespace=True,
        default="",
        help_text="As typed into the search field: words, “phrases”, fields such as owner:kato.",
    )
    sort = serializers.ChoiceField([BEST, NEWEST], required=False, default=BEST)
    page = serializers.IntegerField(required=False, default=1, min_value=1, max_value=LAST_PAGE)
    fold = serializers.BooleanField(
        required=False,
        default=True,
        help_text="Copies of one cell are one hit. With 0 every copy is a hit of its own.",
    )
    kind = serializers.ChoiceField(KINDS, required=False)
    note = serializers.ChoiceField(NoteKind.choices, required=False, help_text="Notes of this kind.")
    space = serializers.CharField(required=False, help_text="Its address (slug).")
    owner = serializers.CharField(required=False, help_text="Of a runbook, or who wrote a note.")
    status = serializers.ChoiceField(["ok", "error", "not_run", "none"], required=False)
    language = serializers.CharField(required=False)
    year = serializers.IntegerField(required=False, min_value=1, max_value=9999)
    host = serializers.CharField(required=False, help_text="Named in code, output or a log.")
    tag = serializers.CharField(required=False, help_text="Without its “#”.")

    def wish(self) -> Wish:
        asked = self.validated_data
        narrowed = {name: str(asked[name]) for name in FACETS if name in asked}
        return Wish(asked["q"], asked["sort"], asked["page"], narrowed, is_folded=asked["fold"])


class TermSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField([str(kind) for kind in Kind])
    text = serializers.CharField(help_text="Of a field its values.")
    field = serializers.CharField(help_text="Its name; empty for words.")
    negated = serializers.BooleanField()


class UnderstoodSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    terms = TermSerializer(many=True)
    hints = serializers.ListField(
        child=serializers.CharField(), help_text="What was read otherwise than it may have been meant."
    )
    beginnings = serializers.BooleanField(
        help_text="Nothing has these words; these have words that begin so."
    )
    meant = serializers.CharField(
        help_text="Where little or nothing is found, a query that finds more; else empty."
    )


class FacetSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a name of DRF's own
    count = serializers.IntegerField()


class HitSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(KINDS)
    title = serializers.CharField()
    url = serializers.CharField()
    snippet = serializers.CharField(help_text="Escaped HTML, a line each; what was found is in <mark>.")
    score = serializers.FloatField(help_text="0 where the order is by time.")
    why = serializers.ListField(child=serializers.CharField(), help_text="Where the words stand.")
    notebook = serializers.IntegerField(
        allow_null=True,
        help_text="Of a note where it was written; null where that is gone or not to be seen.",
    )
    index = serializers.IntegerField(
        allow_null=True, help_text="Of the cell; null for a notebook, and for a note whose cell is not there."
    )
    note = serializers.IntegerField(allow_null=True)
    execution = serializers.IntegerField(allow_null=True, help_text="Of a log.")
    note_kind = serializers.ChoiceField(NoteKind.choices, allow_null=True)
    meme = serializers.CharField()
    copies = serializers.IntegerField(
        help_text="Further hits folded into this one: copies of the same cell and its executions."
    )
    family = serializers.CharField(
        help_text="The page of all copies, found or not; empty where nothing is folded."
    )
    updated_at = serializers.DateTimeField()


class ResultSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="Of all hits, each copy counted; as in facets.")
    more = serializers.BooleanField(help_text="Whether another page follows.")
    results = HitSerializer(many=True)
    met = HitSerializer(
        many=True,
        help_text="Where the error was met before that the words are a line of, numbers and names apart.",
    )
    facets = serializers.DictField(child=FacetSerializer(many=True))
    query = UnderstoodSerializer()


class SearchView(APIView):
    """Cells, runbooks, notes and executions, as on the search page: 20 a page."""

    @extend_schema(
        operation_id="search",
        parameters=[SearchRequest],
        responses={200: ResultSerializer, 503: None},
    )
    def get(self, request: Request) -> Response:
        asked = SearchRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        with failures_told():
            return Response(answer(find(asked.wish(), request.user)))


def answer(found: Found) -> dict[str, Any]:
    return {
        "count": found.count,
        "more": found.wish.page < found.page_count,
        "results": [_hit(hit) for hit in found.hits],
        "met": [_hit(each.best) for each in found.met],
        "facets": {
            name: [{"value": each.value, "label": each.label, "count": each.count} for each in values]
            for name, values in found.facets.items()
        },
        "query": {
            "text": found.query.raw,
            "terms": [
                {"kind": str(part.kind), "text": part.text, "field": part.field, "negated": part.is_negated}
                for part in parts_of(found.query)
            ],
            "hints": [hint(advice) for advice in found.query.advice],
            "beginnings": found.are_beginnings,
            "meant": found.meant,
        },
    }


def _hit(hit: AnyHit) -> dict[str, Any]:
    return {
        "kind": hit.kind,
        "title": hit.title_text,
        "url": hit.url,
        "snippet": "\n".join(_marked(line) for line in hit.snippet),
        "score": round(hit.score, 4),
        "why": list(hit.why),
        "notebook": hit.notebook.pk if hit.notebook else None,
        "index": hit.index,
        "note": hit.note.pk if isinstance(hit, NoteHit) else None,
        "execution": hit.execution.pk if isinstance(hit, LogHit) else None,
        "note_kind": hit.thread.kind if isinstance(hit, NoteHit) else None,
        "meme": hit.meme,
        "copies": hit.copies.count,
        "family": hit.copies.family if hit.copies else "",
        "updated_at": hit.updated_at.isoformat().replace("+00:00", "Z"),
    }


def _marked(line: Line) -> str:
    return "".join(
        f"<mark>{escape(text)}</mark>" if is_marked else escape(text) for text, is_marked in line.pieces
    )
