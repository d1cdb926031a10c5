"""POST /api/v1/executions/: logs of lc_wrapper, one or many, or what a fluentd http output sends."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser, FormParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from execlogs.ingest import Outcome, Told, ingest
from execlogs.models import Witness
from execlogs.refusals import LogRefusal, explain_log
from notebooks.access import writable_space
from notebooks.api.parsers import DeepJSONParser
from notebooks.models import Space

MOST_AT_ONCE = 10_000


class LogSerializer(serializers.Serializer[Any]):
    log = serializers.CharField(help_text="The whole text of a .log file.", trim_whitespace=False)
    space = serializers.CharField(help_text="Its slug; or once for all, ?space=", required=False)
    user = serializers.CharField(
        help_text="Who ran it; else the log's path tells, as far as it does.", required=False
    )
    host = serializers.CharField(help_text="What to call the notebook server.", required=False)
    time_zone = serializers.CharField(
        help_text="Of the machine that wrote it, such as Asia/Tokyo.", required=False
    )


class FailedSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField()
    code = serializers.CharField()
    reason = serializers.CharField()


class TakenSerializer(serializers.Serializer[Any]):
    stored = serializers.IntegerField()
    merged = serializers.IntegerField(help_text="Known before; now more is known of them.")
    unchanged = serializers.IntegerField()
    failed = FailedSerializer(many=True)


class LinesParser(BaseParser):
    """A JSON value a line, as fluentd's http output sends records unless it is told otherwise."""

    media_type = "application/x-ndjson"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        lines = [line for line in stream.read().split(b"\n") if line.strip()]
        return [DeepJSONParser().parse(BytesIO(line), media_type, parser_context) for line in lines]


class ReceivesExecutions(APIView):
    """The half of the executions' view that takes them in."""

    parser_classes = (DeepJSONParser, LinesParser, FormParser)

    @extend_schema(
        request=LogSerializer(many=True),
        responses={201: TakenSerializer},
        parameters=[OpenApiParameter(name) for name in ("space", "user", "host", "time_zone")],
    )
    def create(self, request: Request) -> Response:
        """One log or a list of them. What the query says holds for all that say nothing else.

        A log that tells of no execution is named in `failed`; the others are taken all the same.
        """
        intake = _Intake(request)
        for index, entry in enumerate(_entries(request.data)):
            intake.take(index, entry)
        return Response(intake.stored(), status=status.HTTP_201_CREATED)


class _Intake:
    """What one request brings, by space."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._spaces: dict[str, Space] = {}
        self._told: dict[str, list[tuple[int, Told]]] = {}
        self._failed: list[tuple[int, str, str]] = []

    def take(self, index: int, entry: Any) -> None:
        log = entry.get("log") if isinstance(entry, dict) else None
        if not isinstance(log, str):
            self._failed.append((index, LogRefusal.NO_TEXT, ""))
            return
        slug = self._said(entry, "space")
        if slug not in self._spaces:
            if not slug:
                raise ValidationError({"space": [_("Say which space it belongs to.")]})
            self._spaces[slug] = writable_space(self._request.user, slug)
        told = Told(
            witness=Witness.HTTP,
            raw=log.encode(errors="replace"),
            name=str(index),
            who=self._said(entry, "user"),
            host=self._said(entry, "host"),
            time_zone=self._zone(entry),
        )
        self._told.setdefault(slug, []).append((index, told))

    def stored(self) -> dict[str, Any]:
        total = Outcome(failed=self._failed)
        for slug, told in self._told.items():
            outcome = ingest(self._spaces[slug], [each for _, each in told])
            total.stored += outcome.stored
            total.merged += outcome.merged
            total.unchanged += outcome.unchanged
            total.failed += [(told[index][0], code, detail) for index, code, detail in outcome.failed]
        return {
            "stored": total.stored,
            "merged": total.merged,
            "unchanged": total.unchanged,
            "failed": [
                {"index": index, "code": str(code), "reason": explain_log(code, detail)}
                for index, code, detail in sorted(total.failed)
            ],
        }

    def _said(self, entry: dict[str, Any], name: str) -> str:
        value = entry.get(name) or self._request.query_params.get(name, "")
        return value.replace("\0", "\ufffd") if isinstance(value, str) else ""

    def _zone(self, entry: dict[str, Any]) -> str:
        zone = self._said(entry, "time_zone") or settings.TIME_ZONE
        if zone not in available_timezones():
            raise ValidationError(
                {"time_zone": [_("There is no time zone of this name. Write one such as Asia/Tokyo.")]}
            )
        return zone


def _entries(data: Any) -> list[Any]:
    entries = data if isinstance(data, list) else [data]
    if len(entries) > MOST_AT_ONCE:
        raise ParseError(_("Send at most %(count)d at once.") % {"count": MOST_AT_ONCE})
    return entries
