"""For looking things up, and for repairing who is in a space. Nobody changes here what a notebook holds."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from notebooks.models import Batch, BatchItem, Notebook, Revision, SideFile, Space

STAYS = _(
    "Runbooks are in this space or were: in its bin, or moved away from it. Their history and addresses are kept for"
    " ever, so it cannot be deleted. Take everybody out of it and make it private, and nobody meets it any more."
)
GOES = _("No runbook was ever in this space. Its side files and the records of its uploads go with it.")


class LookOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django has it for the checker only
    """Rows that the app writes: found, opened, never touched."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Space)
class SpaceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The way in where a space's last writer has left."""

    list_display = ("name", "slug", "is_public", "created_at")
    list_filter = ("is_public",)
    search_fields = ("name", "slug")
    filter_horizontal = ("readers", "writers", "reader_groups", "writer_groups")

    def get_readonly_fields(self, request: HttpRequest, obj: Space | None = None) -> tuple[str, ...]:
        return ("slug", "deletion") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """One by one: a list of spaces is not asked for each."""
        is_empty = isinstance(obj, Space) and not obj.notebooks.exists()
        return is_empty and super().has_delete_permission(request, obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        space = self.get_object(request, object_id)
        if space is not None and space.notebooks.exists() and self.has_view_permission(request, space):
            messages.error(request, STAYS)
            return redirect("admin:notebooks_space_change", space.pk)
        return super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[Any], list[Any]]:
        """Who may delete the space may delete what goes with it: batches are otherwise only looked at."""
        found, counts, _lacking, protected = super().get_deleted_objects(objs, request)
        return found, counts, set(), protected

    @admin.display(description=_("deleting it"))
    def deletion(self, space: Space) -> str:
        return str(STAYS if space.notebooks.exists() else GOES)


@admin.register(Notebook)
class NotebookAdmin(LookOnlyAdmin):
    list_display = ("title", "space", "path", "owner", "updated_at", "deleted_at")
    list_filter = ("space", ("deleted_at", admin.EmptyFieldListFilter))
    list_select_related = ("space",)
    search_fields = ("title", "path", "owner", "meme")
    date_hierarchy = "updated_at"


@admin.register(Revision)
class RevisionAdmin(LookOnlyAdmin):
    list_display = ("notebook", "number", "ingested_at", "by", "origin", "size", "sha256")
    list_filter = ("origin",)
    list_select_related = ("notebook__space", "by")
    search_fields = ("notebook__title", "notebook__path", "sha256", "by__username")
    exclude = ("memes",)


@admin.register(Batch)
class BatchAdmin(LookOnlyAdmin):
    list_display = ("id", "kind", "space", "by", "created_at", "is_open")
    list_filter = ("kind", "space")
    list_select_related = ("space", "by")
    search_fields = ("by__username", "folder", "owner")


@admin.register(BatchItem)
class BatchItemAdmin(LookOnlyAdmin):
    list_display = ("path", "batch", "state", "why", "attempts", "finished_at")
    list_filter = ("state", "kind", "reason_code")
    list_select_related = ("batch",)
    search_fields = ("path", "sha256")

    @admin.display(description=_("reason"))
    def why(self, item: BatchItem) -> str:
        return item.reason

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).order_by("-pk")


@admin.register(SideFile)
class SideFileAdmin(LookOnlyAdmin):
    """A picture that should not have come in can be taken out here; a README comes back with the next upload."""

    list_display = ("path", "space", "media_type", "size", "updated_at")
    list_filter = ("space",)
    list_select_related = ("space",)
    search_fields = ("path", "sha256")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)
