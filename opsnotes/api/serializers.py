"""Notebooks, cells and revisions as JSON."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from execlogs.history import History, exact_histories_of
from notebooks import forms, ingest, moving, paths
from notebooks.api.fields import NamedField
from notebooks.models import Notebook, Revision, Space
from notebooks.paging import CELLS, Part
from notebooks.parsing.model import CellType, Status
from notebooks.showing import ShownCell, shown_part
from opsnotes.api.histories import HistorySerializer
from stickies.joins import joins_of
from stickies.standing import counts_at


def _full_url(serializer: serializers.BaseSerializer[Any], path: str) -> str:
    return str(serializer.context["request"].build_absolute_uri(path))


class NotebookSerializer(serializers.ModelSerializer[Notebook]):
    space = serializers.SlugRelatedField[Space]("slug", read_only=True)
    revision = serializers.IntegerField(source="revision.number", help_text="Number of the current one.")
    url = serializers.SerializerMethodField(help_text="Its page.")

    class Meta:
        model = Notebook
        fields: tuple[str, ...] = (
            "id", "space", "path", "title", "owner", "meme", "branch", "revision", "cell_count", "updated_at",
            "url",
        )  # fmt: skip
        read_only_fields: tuple[str, ...] = fields

    def get_url(self, notebook: Notebook) -> str:
        return _full_url(self, notebook.get_absolute_url())


class CellSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField()
    type = serializers.ChoiceField(list(CellType), source="cell_type")
    meme = serializers.UUIDField()
    branch = serializers.CharField()
    assigned = serializers.BooleanField(help_text="The file carries no MEME here: we gave it this one.")
    source = serializers.CharField()  # type: ignore[assignment]  # a field's name here, no setting of this one
    output = serializers.SerializerMethodField(help_text="As text, without images.")
    html = serializers.CharField(help_text="Safe HTML, as on the page.")
    execution_count = serializers.IntegerField(allow_null=True)
    executed_at = serializers.DateTimeField(allow_null=True)
    status = serializers.ChoiceField(list(Status))
    notes = serializers.SerializerMethodField(help_text="How many threads of notes are seen at it.")
    executions = serializers.SerializerMethodField()

    @extend_schema_field(HistorySerializer)
    def get_executions(self, cell: ShownCell) -> Any:
        history = self.context["histories"].get(cell.meme, History())
        return HistorySerializer(history, context=self.context).data

    def get_notes(self, cell: ShownCell) -> int:
        counts: Mapping[int, int] = self.context["notes"]
        return counts.get(cell.index, 0)

    def get_output(self, cell: ShownCell) -> str:
        return str(self.context["outputs"][cell.index])


class NotebookDetailSerializer(NotebookSerializer):
    cells = serializers.SerializerMethodField(
        help_text=f"All of them, or {CELLS} of a longer notebook: then cells_next tells where the next are."
    )
    cells_next = serializers.URLField(
        required=False,
        allow_null=True,
        help_text=f"Of a notebook of more than {CELLS} cells alone: the address of the next; null at the end.",
    )

    class Meta(NotebookSerializer.Meta):
        fields = (*NotebookSerializer.Meta.fields, "cells", "cells_next")
        read_only_fields = fields

    def to_representation(self, notebook: Notebook) -> dict[str, Any]:
        answer = super().to_representation(notebook)
        answer["cells_next"] = self._next_url(notebook)
        if notebook.cell_count <= CELLS:
            del answer["cells_next"]
        return answer

    @extend_schema_field(CellSerializer(many=True))
    def get_cells(self, notebook: Notebook) -> Any:
        part = self._part(notebook)
        shown = shown_part(notebook, part.first, self.context["request"].user)
        rows = notebook.cells.filter(index__gte=part.first, index__lt=part.stop)
        outputs = dict(rows.values_list("index", "output"))
        user, uuids = self.context["request"].user, {cell.meme for cell in shown}
        joins = joins_of(uuids, user)
        told = {
            "request": self.context["request"],
            "outputs": outputs,
            "notes": counts_at(shown, notebook, user, joins),
            "histories": exact_histories_of({uuid: joins.of(uuid) for uuid in uuids}, user),
        }
        return CellSerializer(shown, many=True, context=told).data

    def _next_url(self, notebook: Notebook) -> str | None:
        following = self._part(notebook).next
        if following is None:
            return None
        address = reverse("api-notebooks-detail", args=[notebook.pk])
        return _full_url(self, f"{address}?cells_from={following}")

    def _part(self, notebook: Notebook) -> Part:
        return Part.beginning(self.context.get("cells_from", 0), notebook.cell_count)


class CellsQuery(serializers.Serializer[Any]):
    cells_from = serializers.IntegerField(
        required=False,
        default=0,
        min_value=0,
        max_value=10**9,
        help_text="The index of the first cell wanted.",
    )


class RevisionQuery(serializers.Serializer[Any]):
    revision = serializers.IntegerField(
        required=False, min_value=1, help_text="A revision's number; the current one without it."
    )


class RevisionSerializer(serializers.ModelSerializer[Revision]):
    by = serializers.SlugRelatedField[User]("username", read_only=True)
    changed = serializers.DictField(
        source="changes",
        child=serializers.IntegerField(),
        help_text="Cells added, edited, removed and moved.",
    )

    class Meta:
        model = Revision
        fields = ("number", "sha256", "size", "saved_at", "ingested_at", "by", "origin", "changed")
        read_only_fields = fields


class ChangeSerializer(serializers.Serializer[Notebook]):
    """What PATCH may change: the place, and which revision is the current one."""

    space = NamedField[Space]("slug", queryset=Space.objects.none(), required=False)
    path = serializers.CharField(max_length=paths.LONGEST, required=False)
    revision = serializers.IntegerField(required=False)

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        if "request" in self.context:
            fields["space"].queryset = Space.objects.writable_by(self.context["request"].user)
        return fields

    def validate_path(self, path: str) -> str:
        try:
            return moving.destination(self._notebook.name, path)
        except paths.UnsafePath as error:
            raise serializers.ValidationError(forms.why_not(error)) from error

    def validate_revision(self, number: int) -> Revision:
        revision = self._notebook.revisions.filter(number=number).first()
        if revision is None:
            raise serializers.ValidationError("There is no revision of this number.")
        return revision

    def make(self, notebook: Notebook, by: User) -> None:
        """Raises what moving.move() raises."""
        change = self.validated_data
        if "space" in change or "path" in change:
            moving.move(notebook, change.get("space", notebook.space), change.get("path", notebook.path), by)
        if "revision" in change:
            ingest.make_current(notebook, change["revision"])

    @property
    def _notebook(self) -> Notebook:
        notebook: Notebook = self.context["notebook"]
        return notebook
