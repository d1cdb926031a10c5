from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExecLogsConfig(AppConfig):
    name = "execlogs"
    verbose_name = _("Executions")
