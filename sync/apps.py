from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from notebooks.refusals import learn
from sync.trouble import Problem


class SyncConfig(AppConfig):
    name = "sync"
    verbose_name = _("Sources")

    def ready(self) -> None:
        learn(Problem)
