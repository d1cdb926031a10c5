from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from notebooks.admin import LookOnlyAdmin
from opsnotes.models import ApiToken, FailedLogin

admin.site.site_header = admin.site.site_title = "OpsNotes"


class RevocableAdmin(LookOnlyAdmin):
    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_superuser


@admin.register(ApiToken)
class ApiTokenAdmin(RevocableAdmin):
    list_display = ("name", "user", "created_at", "used_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    exclude = ("digest",)


@admin.register(FailedLogin)
class FailedLoginAdmin(RevocableAdmin):
    """Removing somebody's failures lets them try again at once."""

    list_display = ("name", "address", "at")
    search_fields = ("name", "address")
