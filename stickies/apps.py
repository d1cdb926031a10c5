from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StickiesConfig(AppConfig):
    name = "stickies"
    verbose_name = _("Notes")
