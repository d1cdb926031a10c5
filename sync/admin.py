"""For looking things up. Sources are made and changed on their own pages, where they are tested."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notebooks.admin import LookOnlyAdmin
from sync import keeping
from sync.models import Run, Source, SourceFile
from sync.trouble import explain


@admin.register(Source)
class SourceAdmin(LookOnlyAdmin):
    """One that does harm can be paused by whoever runs the server, in whatever space it is."""

    list_display = ("name", "kind", "space", "folder", "every_minutes", "is_paused", "next_run_at")
    list_filter = ("kind", "is_paused")
    list_select_related = ("space",)
    search_fields = ("name", "address", "folder")
    exclude = ("secret",)
    actions = ("pause",)

    @admin.action(description=_("Pause the chosen sources"), permissions=["view"])
    def pause(self, request: HttpRequest, sources: QuerySet[Any]) -> None:
        chosen = list(sources.select_related("space"))
        for source in chosen:
            keeping.pause(source, is_paused=True)
        messages.success(
            request, ngettext("%d source paused.", "%d sources paused.", len(chosen)) % len(chosen)
        )


@admin.register(Run)
class RunAdmin(LookOnlyAdmin):
    list_display = (
        "id",
        "source",
        "why",
        "state",
        "created_at",
        "finished_at",
        "seen",
        "fetched",
        "gone",
        "trouble",
    )
    list_filter = ("state", "why", "trouble")
    list_select_related = ("source",)
    search_fields = ("source__name",)
    exclude = ("done_folders",)
    readonly_fields = ("reason",)

    @admin.display(description=_("reason"))
    def reason(self, run: Run) -> str:
        return explain(run.trouble, run.trouble_detail)


@admin.register(SourceFile)
class SourceFileAdmin(LookOnlyAdmin):
    list_display = ("path", "source", "kind", "size", "gone_since")
    list_filter = ("kind", ("gone_since", admin.EmptyFieldListFilter))
    list_select_related = ("source",)
    search_fields = ("path", "sha256")
