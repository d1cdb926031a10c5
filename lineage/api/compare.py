"""GET /api/v1/compare/"""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lineage.comparison.aligning import By, Change, Row
from lineage.comparison.comparing import Comparison
from lineage.comparison.operands import NotThere, Operand, is_numbered, operand
from lineage.comparison.sides import LETTERS, Side
from notebooks.parsing.model import CellType, Status


class InTheBin(APIException):
    status_code = status.HTTP_410_GONE
    default_detail = _("One of these runbooks is in the bin.")
    default_code = "gone"


class OperandField(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if not is_numbered(text):
            raise serializers.ValidationError(
                _("Write a runbook’s id, or its id, @ and a revision’s number.")
            )
        return text


class CompareRequest(serializers.Serializer[Any]):
    a = OperandField(help_text="A runbook’s id: its current revision; or <id>@<revision>.")
    b = OperandField(help_text="The same.")
    c = OperandField(required=False, help_text="The same, for a third.")


class ComparedSideSerializer(serializers.Serializer[Any]):
    letter = serializers.ChoiceField(list(LETTERS))
    notebook = serializers.IntegerField()
    revision = serializers.IntegerField()
    title = serializers.CharField()
    path = serializers.CharField()
    space = serializers.CharField()
    sha256 = serializers.CharField()
    cell_count = serializers.IntegerField()
    url = serializers.CharField()


class AlignedCellSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField()
    type = serializers.ChoiceField([each.value for each in CellType])
    meme = serializers.CharField()
    branch = serializers.CharField(allow_blank=True)
    assigned = serializers.BooleanField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # a name of DRF’s own
    status = serializers.ChoiceField([each.value for each in Status])
    by = serializers.ChoiceField(
        [each.value for each in By],
        allow_null=True,
        help_text="What tells that it is the cell of the nearest side before; null for the first of a row.",
    )


class AlignedRowSerializer(serializers.Serializer[Any]):
    change = serializers.ChoiceField([each.value for each in Change])
    moved = serializers.BooleanField()
    cells = serializers.ListField(
        child=AlignedCellSerializer(allow_null=True),
        help_text="One a side, in order; null where it has none.",
    )


class ComparisonSerializer(serializers.Serializer[Any]):
    sides = ComparedSideSerializer(many=True)
    rows = AlignedRowSerializer(many=True)
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="Rows unchanged, edited, added, removed; and moved ones."
    )
    is_plain = serializers.BooleanField(
        help_text="The time was over: only ids and equal texts were looked at."
    )


class CompareView(APIView):
    """Two or three runbooks or revisions, cell by cell."""

    @extend_schema(
        operation_id="compare", parameters=[CompareRequest], responses={200: ComparisonSerializer, 410: None}
    )
    def get(self, request: Request) -> Response:
        asked = CompareRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        operands = [_operand(text, request) for text in asked.validated_data.values()]
        return Response(answer(Comparison.of(operands, request.user)))


def _operand(text: str, request: Request) -> Operand:
    try:
        found = operand(text, request.user)
    except NotThere as error:
        raise Http404 from error
    if found.notebook.is_deleted:
        raise InTheBin
    return found


def answer(comparison: Comparison) -> dict[str, Any]:
    alignment = comparison.alignment
    return {
        "sides": [_side(side) for side in comparison.sides],
        "rows": [_row(row, comparison) for row in alignment.rows],
        "counts": {**{change.value: alignment.counts[change] for change in Change}, "moved": alignment.moved},
        "is_plain": alignment.is_plain,
    }


def _side(side: Side) -> dict[str, Any]:
    notebook, revision = side.operand.notebook, side.operand.revision
    return {
        "letter": side.letter,
        "notebook": notebook.pk,
        "revision": revision.number,
        "title": notebook.title,
        "path": notebook.path,
        "space": notebook.space.slug,
        "sha256": revision.sha256,
        "cell_count": len(side.cells),
        "url": side.operand.get_absolute_url(),
    }


def _row(row: Row, comparison: Comparison) -> dict[str, Any]:
    cells = [
        None if index is None else _cell(side, index, by)
        for side, index, by in zip(comparison.sides, row.indices, row.by, strict=True)
    ]
    return {"change": row.change, "moved": row.is_moved, "cells": cells}


def _cell(side: Side, index: int, by: By | None) -> dict[str, Any]:
    cell = side.cells[index]
    return {
        "index": index,
        "type": cell.cell_type,
        "meme": str(cell.meme.uuid),
        "branch": cell.meme.branch,
        "assigned": cell.identity.assigned,
        "source": cell.source,
        "status": cell.status,
        "by": by,
    }
