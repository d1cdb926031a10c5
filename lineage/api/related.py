"""GET /api/v1/notebooks/<id>/related/"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lineage.api.activity import RunbookSerializer
from lineage.kindred.hops import Way
from lineage.kindred.page import Related
from lineage.sight import Sight
from notebooks.access import visible_notebook
from notebooks.api.errors import Gone

A_PAGE = 20
CELLS = 50


class SharedCellSerializer(serializers.Serializer[Any]):
    meme = serializers.CharField(help_text="Of its family.")
    there = serializers.CharField(help_text="The family there, where it is another that is kin.")
    name = serializers.CharField(help_text="The first line that says something.")
    how = serializers.CharField(
        help_text="What makes them kin: new_root, history, adopted, alike; else empty."
    )


class SharedSerializer(serializers.Serializer[Any]):
    runbook = RunbookSerializer(source="head")
    families = serializers.IntegerField(help_text="Cells that both have.")
    alike = serializers.IntegerField(help_text="More, told by nothing but how alike the texts are.")
    cells = SharedCellSerializer(many=True, help_text="The first of them.")


class ThirdSerializer(serializers.Serializer[Any]):
    runbook = RunbookSerializer(source="head")
    over = RunbookSerializer(help_text="The one between, that shares cells with both.")
    way = serializers.ChoiceField([each.value for each in Way])
    families = serializers.IntegerField(help_text="On the thinner side.")


class LinkedSerializer(serializers.Serializer[Any]):
    runbook = RunbookSerializer(source="head")
    notebooks = serializers.IntegerField(help_text="It and its runs, as many as are linked.")


class RelatedSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="Of runbooks that share cells.")
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = SharedSerializer(many=True, help_text="Who shares most comes first.")
    template = RunbookSerializer(allow_null=True, help_text="Of which it is a run.")
    thirds = ThirdSerializer(many=True, help_text="They share none with it, but with one that does.")
    links_to = LinkedSerializer(many=True)
    linked_from = LinkedSerializer(many=True)


class RelatedView(APIView):
    """Runbooks that share cells with one, that hang together with it by a third, and that are linked."""

    @extend_schema(operation_id="notebook_related", responses=RelatedSerializer)
    def get(self, request: Request, pk: int) -> Response:
        notebook = visible_notebook(request.user, pk)
        if notebook.is_deleted:
            raise Gone
        related = Related(Sight(request.user), notebook)
        pages = PageNumberPagination()
        pages.page_size = A_PAGE
        numbers = range(len(related.sharings))
        some = pages.paginate_queryset(numbers, request, view=self) or ()
        context = {"request": request}
        shared = related.shared(some[0], some[-1] + 1, CELLS) if some else []
        answer = pages.get_paginated_response(SharedSerializer(shared, many=True, context=context).data).data
        template = RunbookSerializer(related.template, context=context).data if related.template else None
        return Response(
            {
                **answer,
                "template": template,
                "thirds": ThirdSerializer(related.thirds, many=True, context=context).data,
                "links_to": LinkedSerializer(related.links_to, many=True, context=context).data,
                "linked_from": LinkedSerializer(related.linked_from, many=True, context=context).data,
            }
        )
