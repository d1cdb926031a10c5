from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.utils.module_loading import autodiscover_modules


class OpsNotesConfig(AppConfig):
    name = "opsnotes"
    verbose_name = "OpsNotes"

    def ready(self) -> None:
        # Every app's receivers and system checks, found as the admin finds its modules.
        autodiscover_modules("signals", "checks")


class StaticConfig(StaticFilesConfig):
    # Extensions that we don't use; one imports by a bare name, which no hashed address can stand for.
    ignore_patterns = (*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*")
