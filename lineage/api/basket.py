from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from lineage.composition import basket
from lineage.composition.chosen import Options
from lineage.composition.collected import Collected, Standing, collected, composed
from lineage.composition.composing import LONGEST_NAME, file_name
from lineage.models import BasketItem
from notebooks.access import signed_in
from notebooks.models import Revision
from notebooks.models.notebook import LARGEST_ID, MEDIA_TYPE
from notebooks.models.space import Viewer


class BasketItemSerializer(serializers.Serializer[Any]):
    """A cell, as it was in the revision that it was taken from. Where it is not `here`, little is told of it."""

    id = serializers.IntegerField(source="item.pk")
    state = serializers.ChoiceField(list(Standing), source="standing")
    notebook = serializers.IntegerField(source="revision.notebook_id", allow_null=True, default=None)
    revision = serializers.IntegerField(source="revision.number", allow_null=True, default=None)
    index = serializers.IntegerField(source="item.index")
    meme = serializers.SerializerMethodField(
        help_text="With its branch, as in that revision; '' unless here."
    )
    source = serializers.SerializerMethodField()  # type: ignore[assignment]  # a field's name here
    added_at = serializers.DateTimeField(source="item.added_at")

    def get_meme(self, each: Collected) -> str:
        return str(each.chosen.meme) if each.chosen else ""

    def get_source(self, each: Collected) -> str:
        return each.chosen.text if each.chosen else ""


class CollectSerializer(serializers.Serializer[Any]):
    """One of `index`, `section` and `all`."""

    notebook = serializers.IntegerField(max_value=LARGEST_ID, help_text="Its id.")
    revision = serializers.IntegerField(
        required=False, min_value=1, help_text="A number; else the current one."
    )
    index = serializers.IntegerField(required=False, min_value=0, help_text="A cell.")
    section = serializers.IntegerField(
        required=False, min_value=0, help_text="A cell with a heading: it and all that stands below that."
    )
    all = serializers.BooleanField(required=False, default=False, help_text="Every cell.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("index" in data) + ("section" in data) + data["all"] != 1:
            raise serializers.ValidationError(_("Send one of index, section and all."))
        return data

    def found(self, user: Viewer) -> tuple[Revision, range]:
        """404 where the person may not read it, or it has no such cell."""
        asked = self.validated_data
        readable = basket.readable_revisions(user).filter(notebook=asked["notebook"])
        revisions = (
            {"number": asked["revision"]}
            if "revision" in asked
            else {"pk__in": readable.values("notebook__revision")}
        )
        revision = get_object_or_404(readable, **revisions)
        total = len(revision.memes)
        if asked["all"]:
            return revision, range(total)
        index = asked.get("index", asked.get("section"))
        if index >= total:
            raise NotFound
        cell = range(index, index + 1)
        return revision, cell if "index" in asked else basket.section_in(revision, index)


class OrderSerializer(serializers.Serializer[Any]):
    order = serializers.ListField(
        child=serializers.IntegerField(), max_length=basket.MOST,
        help_text="Ids of items. Those named come first, the others follow as they were.",
    )  # fmt: skip

    def validate_order(self, order: list[int]) -> list[int]:
        mine = set(BasketItem.objects.of(self.context["request"].user).values_list("pk", flat=True))
        if not mine.issuperset(order):
            raise serializers.ValidationError(_("Only items of your basket can be put in order."))
        return order


class OptionsQuery(serializers.Serializer[Any]):
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST_NAME)
    title = serializers.BooleanField(
        required=False, default=True, help_text="Begin with the name as a heading."
    )
    outputs = serializers.BooleanField(required=False, default=False, help_text="Keep them.")
    new_root = serializers.BooleanField(
        required=False, default=False, help_text="Its cells begin families of their own."
    )

    def options(self) -> Options:
        asked = self.validated_data
        return Options(asked["name"], asked["title"], asked["new_root"], asked["outputs"])


class BasketViewSet(viewsets.GenericViewSet[BasketItem]):
    """What the caller collected, and the notebook that is made of it."""

    queryset = BasketItem.objects.none()
    serializer_class = BasketItemSerializer

    def list(self, request: Request) -> Response:
        """In order."""
        page = self.paginate_queryset(collected(request.user))
        return self.get_paginated_response(BasketItemSerializer(page, many=True).data)

    @extend_schema(request=CollectSerializer, responses={201: BasketItemSerializer(many=True)})
    def create(self, request: Request) -> Response:
        """Put cells at the end. Answers with those that were not in it before."""
        asked = CollectSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            added = basket.collect(signed_in(request), *asked.found(request.user))
        except basket.BasketFull as error:
            raise serializers.ValidationError(
                _("The basket holds at most %(most)d cells.") % {"most": basket.MOST}
            ) from error
        new = {item.pk for item in added}
        cells = [each for each in collected(request.user) if each.item.pk in new]
        return Response(BasketItemSerializer(cells, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=OrderSerializer, responses=BasketItemSerializer(many=True))
    def arrange(self, request: Request) -> Response:
        """Put its cells in another order."""
        asked = OrderSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        basket.arrange(signed_in(request), asked.validated_data["order"])
        return self.list(request)

    @extend_schema(responses={204: None})
    def clear(self, request: Request) -> Response:
        """Empty it."""
        basket.clear(signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Take one cell out."""
        if not basket.drop(signed_in(request), pk):
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(parameters=[OptionsQuery], responses={(200, MEDIA_TYPE): OpenApiTypes.BINARY})
    def notebook(self, request: Request) -> HttpResponse:
        """The new notebook, of all cells that are `here`. 404 where there is none."""
        asked = OptionsQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        held = collected(request.user)
        if not any(each.chosen for each in held):
            raise NotFound
        options = asked.options()
        made = composed(held, options, signed_in(request).get_username())
        response = HttpResponse(made.raw, content_type=MEDIA_TYPE)
        name = file_name(options.name, "basket")
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
        return response
