from django.contrib import admin

from inbox.models import Delivery, Notice, Watch, Webhook
from notebooks.admin import LookOnlyAdmin


@admin.register(Watch)
class WatchAdmin(LookOnlyAdmin):
    list_display = ("user", "kind", "notebook", "space", "folder", "family", "muted")
    list_filter = ("kind", "muted")
    list_select_related = ("user", "notebook__space", "space")
    search_fields = ("user__username", "folder", "family")


@admin.register(Notice)
class NoticeAdmin(LookOnlyAdmin):
    """Whether somebody was told and mailed; what notes say is for their readers."""

    list_display = ("user", "what", "space", "created_at", "read_at", "mail", "mailed_at")
    list_filter = ("what", "mail", "space")
    list_select_related = ("user", "space")
    search_fields = ("user__username", "key")
    exclude = ("title", "excerpt")


@admin.register(Webhook)
class WebhookAdmin(LookOnlyAdmin):
    list_display = ("name", "space", "form", "is_on", "made_by", "made_at")
    list_filter = ("is_on", "form", "space")
    list_select_related = ("space", "made_by")
    search_fields = ("name",)
    exclude = ("url",)  # whoever has an address of Slack may write there


@admin.register(Delivery)
class DeliveryAdmin(LookOnlyAdmin):
    list_display = ("id", "webhook", "what", "state", "attempts", "due_at", "last_status")
    list_filter = ("state", "what")
    list_select_related = ("webhook",)
    search_fields = ("key", "webhook__name")
    exclude = ("told", "last_answer")
