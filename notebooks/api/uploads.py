from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from notebooks import batches
from notebooks.access import signed_in, writable_batch, writable_space
from notebooks.api.errors import Conflict
from notebooks.api.parsers import DeepJSONParser
from notebooks.door import Incoming
from notebooks.models import Batch, BatchItem
from notebooks.paths import UnsafePath
from notebooks.progress import progress_of
from notebooks.receiving import incoming
from notebooks.refusals import explain


@extend_schema_field(OpenApiTypes.STR)
class PathField(serializers.Field[str, str, str, Any]):
    """Any text: a path that is not good fails its file, not the request."""

    def to_internal_value(self, data: Any) -> str:
        return str(data)


class FilesSerializer(serializers.Serializer[Any]):
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True, max_length=None),
        required=False,
        default=list,
        help_text=".ipynb, .zip, README.md, README.svg and images.",
    )
    paths = serializers.ListField(
        child=PathField(), required=False, default=list, help_text="The path of each file, in the same order."
    )
    modified = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        default=list,
        help_text="When each file was saved: milliseconds since 1970.",
    )
    more = serializers.BooleanField(default=False, help_text="Whether further files follow.")
    portion = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=40,
        help_text="A name for this portion. One that is sent again under its name counts once.",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        for name in ("paths", "modified"):
            if data[name] and len(data[name]) != len(data["files"]):
                raise serializers.ValidationError({name: [_("Send one for each file, or none.")]})
        if not data["files"] and not data["more"] and not data["portion"]:
            raise serializers.ValidationError({"files": [_("Send at least one file.")]})
        return data

    def incoming(self) -> Iterator[Incoming]:
        data = self.validated_data
        for number, file in enumerate(data["files"]):
            path = data["paths"][number] if data["paths"] else _name_of(file)
            yield incoming(file, path, _moment(data["modified"][number]) if data["modified"] else None)


class UploadRequestSerializer(FilesSerializer):
    space = serializers.CharField(help_text="Its slug.")
    folder = serializers.CharField(default="", allow_blank=True, help_text="Put the files below it.")


class CountsSerializer(serializers.Serializer[dict[str, int]]):
    queued = serializers.IntegerField()
    running = serializers.IntegerField()
    stored = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    skipped = serializers.IntegerField()
    failed = serializers.IntegerField()


class UploadSerializer(serializers.Serializer[Batch]):
    id = serializers.IntegerField()
    url = serializers.URLField(help_text="The page that shows how far it is.")
    state = serializers.ChoiceField(["open", "running", "done", "failed"])
    counts = CountsSerializer()

    def to_representation(self, instance: Batch) -> dict[str, Any]:
        progress = progress_of(instance)
        return {
            "id": instance.pk,
            "url": self.context["request"].build_absolute_uri(instance.get_absolute_url()),
            "state": progress.state,
            "counts": progress.counts,
        }


class UploadItemSerializer(serializers.ModelSerializer[BatchItem]):
    reason = serializers.CharField(read_only=True)

    class Meta:
        model = BatchItem
        fields = ("id", "path", "state", "reason", "notebook")


class RetrySerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField(
        required=False, help_text="One item; all that failed, where it is left out."
    )


class UploadViewSet(mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Files that come in together."""

    queryset = Batch.objects.none()
    serializer_class = UploadSerializer
    parser_classes = (MultiPartParser, FormParser, DeepJSONParser)
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Batch]:
        return Batch.objects.visible_to(self.request.user)

    @extend_schema(
        request={"multipart/form-data": UploadRequestSerializer}, responses={202: UploadSerializer}
    )
    def create(self, request: Request) -> Response:
        """Sends files, or announces them with `more`."""
        sent = UploadRequestSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        space = writable_space(request.user, sent.validated_data["space"])
        kind = Batch.Kind.API if request.auth else Batch.Kind.UPLOAD
        try:
            batch = batches.open_batch(space, signed_in(request), kind, folder=sent.validated_data["folder"])
        except UnsafePath as error:
            raise serializers.ValidationError({"folder": [explain(error.code, "")]}) from error
        return self._received(batch, sent)

    @extend_schema(request={"multipart/form-data": FilesSerializer}, responses={202: UploadSerializer})
    @action(detail=True, methods=["post"])
    def files(self, request: Request, pk: int) -> Response:
        """Further files of an upload that announced more."""
        batch = writable_batch(request.user, pk)
        sent = FilesSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return self._received(batch, sent)

    @extend_schema(
        parameters=[OpenApiParameter("state", enum=[str(state) for state in BatchItem.State.values])],
        responses=UploadItemSerializer(many=True),
    )
    @action(detail=True)
    def items(self, request: Request, pk: int) -> Response:
        """The files, in the order they came; `state` narrows."""
        items = self.get_object().items.all()
        if state := request.query_params.get("state"):
            items = items.filter(state=state)
        page = self.paginate_queryset(items)
        return self.get_paginated_response(UploadItemSerializer(page, many=True).data)

    @extend_schema(request=RetrySerializer, responses={202: UploadSerializer})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: int) -> Response:
        """Tries again what failed, as far as the bytes are here."""
        batch = writable_batch(request.user, pk)
        wanted = RetrySerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        item = wanted.validated_data.get("item")
        if item is not None:
            get_object_or_404(batch.items, pk=item)
        batches.retry(batch, item)
        return self._accepted(batch)

    def _received(self, batch: Batch, sent: FilesSerializer) -> Response:
        data = sent.validated_data
        try:
            batches.receive(batch, sent.incoming(), data["portion"], is_last=not data["more"])
        except batches.BatchClosed as error:
            raise Conflict(_("This upload is complete. Start a new one for further files.")) from error
        return self._accepted(batch)

    def _accepted(self, batch: Batch) -> Response:
        return Response(self.get_serializer(batch).data, status=status.HTTP_202_ACCEPTED)


def _name_of(file: UploadedFile[Any]) -> str:
    return file.name or ""


def _moment(milliseconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
