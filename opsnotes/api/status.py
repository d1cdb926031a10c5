from dataclasses import asdict
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
    """What `manage.py status` prints. 503 if something is wrong."""

    @extend_schema(responses={200: StatusSerializer, 503: StatusSerializer})
    def get(self, request: Request) -> Response:
        lines = report()
        is_well = all(line.is_well for line in lines)
        code = status.HTTP_200_OK if is_well else status.HTTP_503_SERVICE_UNAVAILABLE
        return Response({"is_well": is_well, "lines": [asdict(line) for line in lines]}, status=code)
