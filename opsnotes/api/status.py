from dataclasses import asdict, replace
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsnotes.status import Line, report


class LineSerializer(serializers.Serializer[Line]):
    name = serializers.CharField()
    is_well = serializers.BooleanField()
    text = serializers.CharField()


class StatusSerializer(serializers.Serializer[Any]):
    is_well = serializers.BooleanField()
    lines = LineSerializer(many=True)


class StatusView(APIView):
    """What `manage.py status` prints; to who is not staff, without the texts. 503 if something is wrong."""

    @extend_schema(responses={200: StatusSerializer, 503: StatusSerializer})
    def get(self, request: Request) -> Response:
        lines = report()
        is_well = all(line.is_well for line in lines)
        code = status.HTTP_200_OK if is_well else status.HTTP_503_SERVICE_UNAVAILABLE
        # The texts count what lies in closed spaces too, and a failure's may name hosts.
        shown = lines if request.user.is_staff else [replace(line, text="") for line in lines]
        return Response({"is_well": is_well, "lines": [asdict(line) for line in shown]}, status=code)
