"""The API for people: the OpenAPI document as a page of ours, which needs neither script nor inline style."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from opsnotes.api.describing import groups_of, shapes_of

PREFIX = "/api/v1/"


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    context = {"groups": groups_of(document, PREFIX), "shapes": shapes_of(document)}
    return render(request, "opsnotes/api_docs.html", context)
