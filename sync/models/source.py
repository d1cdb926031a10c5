from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notebooks.models import Notebook, Space
from notebooks.models.notebook import PATH_LENGTH
from notebooks.models.space import Viewer


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, user: Viewer) -> "SourceQuerySet":
        """Whoever may read the space sees that it is filled, and when last; addresses are for who may change it."""
        return self.filter(space__in=Space.objects.visible_to(user))

    def manageable_by(self, user: Viewer) -> "SourceQuerySet":
        """The space's writers; folders of this server are staff's, and staff who writes there."""
        own = self.filter(space__in=Space.objects.writable_by(user))
        return own if getattr(user, "is_staff", False) else own.exclude(kind=Source.Kind.FOLDER)

    def at_work(self) -> "SourceQuerySet":
        return self.filter(is_paused=False)


class Source(models.Model):
    """Where notebooks and logs of a folder of a space come from by themselves. It owns that folder."""

    class Kind(models.TextChoices):
        FOLDER = "folder", _("folder of this server")
        JUPYTER = "jupyter", _("Jupyter Server")
        HUB = "hub", _("JupyterHub")

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    address = models.CharField(_("address"), max_length=1000)  # a folder's path, or a base URL
    start = models.CharField(
        _("folder there"), max_length=PATH_LENGTH, blank=True
    )  # below the address; "" for all
    space = models.ForeignKey(
        Space, on_delete=models.CASCADE, related_name="sources", verbose_name=_("space")
    )
    folder = models.CharField(_("folder here"), max_length=PATH_LENGTH, blank=True)  # "" for the whole space
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # in whose name it comes in

    # What it takes. One pattern a line, as in .gitignore; sync/patterns.py
    include = models.TextField(_("take only"), blank=True)
    exclude = models.TextField(_("leave out"), blank=True)
    takes_logs = models.BooleanField(_("take execution logs too"), default=True)
    owner_pattern = models.CharField(
        _("owner's name in the path"), max_length=200, blank=True
    )  # "{owner}/**", "user-notebooks/{owner}/**"; "" where paths name nobody
    path_mapping = models.TextField(
        _("paths in logs"), blank=True
    )  # a line each: "/home/{owner}/notebooks => {owner}"
    time_zone = models.CharField(_("time zone of its logs"), max_length=60, default="UTC")

    # How it is reached
    login = models.CharField(
        _("signs in by"),
        max_length=10,
        blank=True,
        choices=[("", _("nothing")), ("token", _("token")), ("password", _("password"))],
    )
    secret = models.BinaryField(blank=True, default=bytes)  # encrypted, sync/secrets.py; never shown again
    verify_tls = models.BooleanField(_("check its TLS certificate"), default=True)
    ca_certificate = models.TextField(_("certificate of its own authority (PEM)"), blank=True)
    most_requests = models.PositiveSmallIntegerField(
        _("requests at a time"), default=4, validators=[MinValueValidator(1), MaxValueValidator(16)]
    )
    patience = models.PositiveSmallIntegerField(
        _("seconds to wait for a folder"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
    )

    # When
    every_minutes = models.PositiveIntegerField(
        _("every … minutes"), default=10, validators=[MaxValueValidator(60 * 24 * 31)]
    )  # 0: by hand
    is_watched = models.BooleanField(_("watch for changes"), default=True)  # folders; between the runs
    is_paused = models.BooleanField(_("paused"), default=False)
    next_run_at = models.DateTimeField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["space", "folder"], name="one_source_a_folder"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("source", args=[self.pk])


class SourceFile(models.Model):
    """A file as it was when last seen there: what of it need not be fetched again."""

    class Kind(models.TextChoices):
        NOTEBOOK = "notebook", _("notebook")
        SIDE_FILE = "side_file", _("side file")
        LOG = "log", _("log")

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=10, choices=Kind)
    path = models.CharField(max_length=PATH_LENGTH)  # there, below Source.start, as it is spelt there
    size = models.BigIntegerField(null=True)  # None where the server does not tell
    modified = models.CharField(
        max_length=40, blank=True
    )  # as told: nanoseconds of a folder, text of a server
    sha256 = models.CharField(max_length=64, blank=True)  # '' where it could not be read yet
    notebook = models.ForeignKey(Notebook, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    gone_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "path"], name="one_row_a_file_there")]
        indexes = [
            models.Index(fields=["source", "sha256"], name="source_file_by_content"),
            models.Index(fields=["notebook"], name="source_file_by_notebook"),
        ]

    def __str__(self) -> str:
        return self.path
