"""For looking things up, and for repairing who is in a space. Nobody changes here what a notebook holds."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from notebooks.models import Batch, BatchItem, Notebook, Revision, SideFile, Space


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
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return isinstance(obj, Space) and not obj.notebooks.exists()


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
