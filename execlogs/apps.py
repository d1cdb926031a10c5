from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from execlogs.refusals import LogRefusal
from notebooks.refusals import learn


class ExecLogsConfig(AppConfig):
    name = "execlogs"
    verbose_name = _("Executions")

    def ready(self) -> None:
        learn(LogRefusal)  # logs that a source brings and that tell of nothing stand among its batch's items
