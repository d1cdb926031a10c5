"""/api/v1/saved-searches/: searches as the pages save and show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from notebooks.access import signed_in, writable_space
from notebooks.paths import one_way, storable
from search.find import FACETS
from search.language.reading import LONGEST
from search.models import Following, SavedSearch
from search.saved import keeping
from search.saved.access import changeable_search, visible_search


class NarrowedSerializer(serializers.Serializer[Any]):
    """By the names of the search page’s facets."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {name: serializers.CharField(required=False, max_length=200) for name in FACETS}


class SavedSearchSerializer(serializers.ModelSerializer[SavedSearch]):
    q = serializers.CharField(
        source="text",
        required=False,
        allow_blank=True,
        max_length=LONGEST,
        help_text="As typed into the search field. It or `narrowed` has to be there.",
    )
    narrowed = NarrowedSerializer(required=False)
    space = serializers.SlugField(
        source="space.slug",
        required=False,
        allow_null=True,
        help_text="Whose readers see it, and whose writers may change it; null: it is your own.",
    )
    tell = serializers.BooleanField(
        source="is_told", required=False, help_text="Whether you are told when something new matches."
    )
    author = serializers.CharField(source="author_name", read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True, help_text="Opens what it finds.")

    class Meta:
        model = SavedSearch
        fields = ("id", "name", "q", "sort", "narrowed", "space", "tell", "author", "url", "created_at")


class SavedSearchViewSet(viewsets.GenericViewSet[SavedSearch]):
    """Searches that are kept: the caller’s own, and those of spaces that they may read."""

    queryset = SavedSearch.objects.none()
    serializer_class = SavedSearchSerializer
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[SavedSearch]:
        user = self.request.user
        told = Following.objects.filter(search=OuterRef("pk"), user=user.pk, is_told=True)
        visible = SavedSearch.objects.visible_to(user).select_related("space")
        return visible.annotate(is_told=Exists(told)).order_by("pk")

    def list(self, request: Request) -> Response:
        """In the order in which they were made."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: int) -> Response:
        """One."""
        return self._answer(pk)

    @extend_schema(responses={201: SavedSearchSerializer})
    def create(self, request: Request) -> Response:
        """Save a search: your own, or a space’s of which you are a writer."""
        search = self._save(SavedSearch(owner=signed_in(request)), request, is_partial=False)
        return self._answer(search.pk, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: int) -> Response:
        """Change it. `tell` alone may be changed by whoever sees it."""
        is_mine_alone = isinstance(request.data, Mapping) and set(request.data) <= {"tell"}
        search = (visible_search if is_mine_alone else changeable_search)(request.user, pk)
        self._save(search, request, is_partial=True)
        return self._answer(pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Gone for all who saw it, with what it told them."""
        keeping.delete(changeable_search(request.user, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @transaction.atomic
    def _save(self, search: SavedSearch, request: Request, *, is_partial: bool) -> SavedSearch:
        asked = self.get_serializer(data=request.data, partial=is_partial)
        asked.is_valid(raise_exception=True)
        wanted, by = asked.validated_data, signed_in(request)
        if wanted.keys() - {"is_told"} or not is_partial:
            _fill(search, wanted)
            if "space" in wanted:
                slug = wanted["space"]["slug"]
                keeping.share(search, by, writable_space(by, slug) if slug else None)
            try:
                keeping.save(search, by)
            except keeping.Refused as refusal:
                raise ValidationError({"q": [str(refusal)]}) from refusal
        if "is_told" in wanted:
            keeping.tell(search, by, is_told=wanted["is_told"])
        return search

    def _answer(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        search = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(self.get_serializer(search).data, status=code)


def _fill(search: SavedSearch, wanted: dict[str, Any]) -> None:
    search.name = one_way(wanted.get("name", search.name))
    search.text = storable(wanted.get("text", search.text))
    search.sort = wanted.get("sort", search.sort)
    search.narrowed = {
        name: storable(value) for name, value in wanted.get("narrowed", search.narrowed).items()
    }
