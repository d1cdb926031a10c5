from django.contrib import admin

from lineage.models import Descent
from notebooks.admin import LookOnlyAdmin


@admin.register(Descent)
class DescentAdmin(LookOnlyAdmin):
    list_display = ("child", "parent", "how", "noticed_at")
    list_filter = ("how",)
    search_fields = ("child", "parent")
