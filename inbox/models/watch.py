from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notebooks.models import Notebook, Space
from notebooks.models.notebook import PATH_LENGTH


class WatchQuerySet(models.QuerySet["Watch"]):
    def heard(self) -> "WatchQuerySet":
        """Those that bring notices."""
        return self.filter(muted=False)


class Watch(models.Model):
    """What one person wants to be told of. A muted one is kept: nothing that happens watches it again."""

    class Kind(models.TextChoices):
        RUNBOOK = "runbook", _("runbook")
        FOLDER = "folder", _("folder")
        SPACE = "space", _("space")
        FAMILY = "family", _("family of cells")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches")
    kind = models.CharField(max_length=10, choices=Kind)
    notebook = models.ForeignKey(
        Notebook, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )  # of a runbook
    space = models.ForeignKey(
        Space, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )  # of a space, or that a folder is in
    folder = models.CharField(max_length=PATH_LENGTH, blank=True)  # with all below it
    family = models.UUIDField(null=True, blank=True, db_index=True)  # a value, as every MEME
    muted = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "notebook"], condition=Q(kind="runbook"), name="one_watch_a_runbook"
            ),
            models.UniqueConstraint(
                fields=["user", "space", "folder"],
                condition=Q(kind__in=["folder", "space"]),
                name="one_watch_a_folder",
            ),
            models.UniqueConstraint(
                fields=["user", "family"], condition=Q(kind="family"), name="one_watch_a_family"
            ),
            models.CheckConstraint(
                condition=Q(kind="runbook", notebook__isnull=False, space=None, folder="", family=None)
                | Q(kind="space", notebook=None, space__isnull=False, folder="", family=None)
                | (Q(kind="folder", notebook=None, space__isnull=False, family=None) & ~Q(folder=""))
                | Q(kind="family", notebook=None, space=None, folder="", family__isnull=False),
                name="a_watch_is_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} watches {self.kind} {self.notebook_id or self.family or self.space_id}"
