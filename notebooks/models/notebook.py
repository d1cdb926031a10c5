from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.text import slugify

from notebooks.models.space import Space, Viewer
from notebooks.paging import link_to

PATH_LENGTH = 1000
LARGEST_ID = 2**63 - 1  # that a database takes for a row
MEDIA_TYPE = "application/x-ipynb+json"
RESERVED_SLUGS = {
    "v", "file", "history", "diff", "runs", "report", "assets", "frame", "download", "manage",
    "move", "delete", "restore", "linked-from", "pin", "related",
}  # fmt: skip


class NotebookQuerySet(models.QuerySet["Notebook"]):
    def visible_to(self, user: Viewer) -> "NotebookQuerySet":
        return self.filter(space__in=Space.objects.visible_to(user))

    def writable_by(self, user: Viewer) -> "NotebookQuerySet":
        return self.filter(space__in=Space.objects.writable_by(user))

    def alive(self) -> "NotebookQuerySet":
        return self.filter(deleted_at=None)

    def deleted(self) -> "NotebookQuerySet":
        """What lies in the bin; the signposts that a move leaves behind are not meant."""
        return self.exclude(deleted_at=None).filter(moved_to=None)

    def without_signposts(self) -> "NotebookQuerySet":
        """Notebooks, in use or deleted; a signpost is only an address that somebody may still have."""
        return self.filter(moved_to=None)

    def signposts_at(self, space: Space, path: str) -> "NotebookQuerySet":
        """What moves left behind at a place, the newest first."""
        return self.filter(space=space, path=path).exclude(moved_to=None).order_by("-pk")

    def with_place(self) -> "NotebookQuerySet":
        """With what a line about a notebook shows; a revision's MEMEs alone are as long as a notebook."""
        return self.select_related("space", "revision").defer("revision__memes")


class Notebook(models.Model):
    """A runbook at its place. Its content is in the current revision; its id is its address for ever."""

    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="notebooks")
    path = models.CharField(max_length=PATH_LENGTH)  # NFC, "/" between names, none at the start
    folder = models.CharField(max_length=PATH_LENGTH, blank=True)  # of the path; "" at the top
    title = models.CharField(max_length=300)
    owner = models.CharField(max_length=150, blank=True)  # a name; accounts come and go
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    meme = models.UUIDField(null=True, blank=True, db_index=True)
    branch = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=60, blank=True)
    kernel = models.CharField(max_length=200, blank=True)
    cell_count = models.PositiveIntegerField(default=0)
    tags = models.JSONField(default=list)  # of its metadata
    revision = models.ForeignKey(
        "notebooks.Revision", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the current one
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    moved_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="signposts"
    )

    objects = NotebookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["space", "path"], condition=models.Q(deleted_at=None), name="one_notebook_at_a_path"
            )
        ]
        indexes = [
            models.Index(fields=["space", "folder"], name="notebook_by_folder"),
            models.Index(fields=["space", "path"], name="notebook_by_path"),
        ]

    def __str__(self) -> str:
        return f"{self.space.slug}/{self.path}"

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def slug(self) -> str:
        """Cosmetic: the id decides. Never a word that means another page."""
        slug = slugify(self.title, allow_unicode=True)[:60].strip("-")
        return slug if slug and slug not in RESERVED_SLUGS else "runbook"

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    def free_signposts(self) -> list[tuple[int, str]]:
        """The places (space id, path) that it moved away from and where nothing else stands now."""
        here = {"space": models.OuterRef("space"), "path": models.OuterRef("path")}
        taken = models.Exists(Notebook.objects.alive().filter(**here))
        return list(self.signposts.exclude(taken).values_list("space", "path").distinct())

    def is_writable_by(self, user: Viewer) -> bool:
        return self.space.is_writable_by(user)

    def get_absolute_url(self) -> str:
        return reverse("runbook", args=[self.pk, self.slug])

    def url_of_cell(self, index: int) -> str:
        """Its permalink on the page that has it."""
        return self.get_absolute_url() + link_to(f"cell-{index}", self.cell_count)


class Revision(models.Model):
    """One state of a notebook. The original bytes lie in the storage under `sha256`."""

    notebook = models.ForeignKey(Notebook, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()  # bytes
    nbformat = models.CharField(max_length=10)
    saved_at = models.DateTimeField(null=True, blank=True)  # by the source's word
    ingested_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    origin = models.CharField(max_length=40)  # upload, api, command, restore
    # What identity decided, one entry a cell: [uuid, branch, assigned]. Truth: it cannot be worked out again.
    memes = models.JSONField(default=list)
    cells_added = models.PositiveIntegerField(default=0)
    cells_edited = models.PositiveIntegerField(default=0)
    cells_removed = models.PositiveIntegerField(default=0)
    cells_moved = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["notebook", "number"], name="one_revision_a_number")]

    def __str__(self) -> str:
        return f"{self.notebook_id}@{self.number}"

    @property
    def changes(self) -> dict[str, int]:
        """How many cells it added, edited, removed and moved against the one before."""
        return {
            "added": self.cells_added,
            "edited": self.cells_edited,
            "removed": self.cells_removed,
            "moved": self.cells_moved,
        }

    @property
    def changed_cells(self) -> int:
        return sum(self.changes.values())

    @property
    def changed_at(self) -> datetime:
        return self.saved_at or self.ingested_at

    def get_absolute_url(self) -> str:
        return reverse("revision", args=[self.notebook_id, self.number])
