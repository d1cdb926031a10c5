from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OpsNotesConfig(AppConfig):
    name = "opsnotes"
    verbose_name = "OpsNotes"

    def ready(self) -> None:
        # Every app's receivers and system checks, found as the admin finds its modules.
        autodiscover_modules("signals", "checks")
