from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notebooks.models import Notebook, Space
from notebooks.models.notebook import PATH_LENGTH
from notebooks.models.space import Viewer


class Kind(models.TextChoices):
    HAZARD = "hazard", _("hazard")
    QUESTION = "question", _("question")
    TIP = "tip", _("tip")
    DECISION = "decision", _("decision")


class Channel(models.TextChoices):
    """What a note is about, as the field names it; a second label, to filter by."""

    SIDE = "side", _("about the work")
    META = "meta", _("about the runbook")
    REFLECTIVE = "reflective", _("looking back")


class Reach(models.TextChoices):
    """At which cells a note is seen."""

    FAMILY = "family", _("every copy of this cell")
    ID = "id", _("cells with exactly this id")
    NOTEBOOK = "notebook", _("this notebook only")


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, user: Viewer) -> "NoteQuerySet":
        """Whoever may read its space; a note on a private copy does not leak into a public one."""
        return self.filter(space__in=Space.objects.visible_to(user))

    def alive(self) -> "NoteQuerySet":
        return self.filter(deleted_at=None)

    def threads(self) -> "NoteQuerySet":
        """What stands by itself; replies hang below."""
        return self.filter(parent=None)

    def told(self) -> "NoteQuerySet":
        """The threads of which anything is shown: of a deleted one a tombstone, where there are replies."""
        return self.threads().filter(_says_something())

    def told_here(self) -> "NoteQuerySet":
        """The same, for what is asked of a place.

        SQLite takes `parent = None` for something rare: it would go through the threads of the whole library.
        """
        return self.exclude(parent__isnull=False).filter(_says_something())

    def for_reading(self) -> "NoteQuerySet":
        """Threads with the name of who resolved them, and without what a page of them does not show."""
        unread = ("cell_text", "title", "parent", "deleted_by")
        own = [field.name for field in Note._meta.concrete_fields if field.name not in unread]
        return self.select_related("resolved_by").only(*own, "resolved_by__username")


def _says_something() -> models.Q:
    replies = Note.objects.alive().filter(parent=models.OuterRef("pk"))
    return models.Q(deleted_at=None) | models.Q(models.Exists(replies))


class Note(models.Model):
    """What somebody said at a cell, a notebook or a plain title. It hangs on values: no re-ingest can lose it."""

    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="notes"
    )
    author_name = models.CharField(max_length=150, blank=True)  # outlives the account
    meme = models.UUIDField(null=True, blank=True, db_index=True)  # None on a plain title
    branch = models.CharField(max_length=80, blank=True)
    notebook = models.ForeignKey(
        Notebook, null=True, blank=True, on_delete=models.SET_NULL, related_name="notes"
    )  # where it was written
    path = models.CharField(max_length=PATH_LENGTH, blank=True)  # of that notebook, for when it is gone
    is_of_notebook = models.BooleanField(default=False)  # on the notebook as a whole
    title = models.CharField(max_length=300, blank=True, db_index=True)  # of a page that hangs on no MEME
    reach = models.CharField(max_length=10, choices=Reach, default=Reach.FAMILY)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TIP)
    channel = models.CharField(max_length=12, choices=Channel, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies"
    )  # one level
    body = models.TextField()  # Markdown, as written
    quote = models.TextField(blank=True)  # the selected text that it speaks of
    cell_text = models.TextField(blank=True)  # the cell's source when it was written
    cell_digest = models.CharField(max_length=32, blank=True)  # of that text; '' where it is on no cell
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    deleted_at = models.DateTimeField(null=True, blank=True)  # a tombstone where there are replies
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["space", "kind", "created_at"], name="note_by_space_and_kind"),
            models.Index(fields=["parent", "created_at"], name="note_by_thread"),
            models.Index(fields=["author", "created_at"], name="note_by_author"),
            models.Index(fields=["cell_digest"], name="note_by_text"),
            # The notes page counts all threads by these: without the index it would read every note's words.
            models.Index(
                fields=[
                    "parent",
                    "space",
                    "kind",
                    "channel",
                    "author_name",
                    "resolved_at",
                    "deleted_at",
                    "created_at",
                    "author",
                ],
                name="threads_by_labels",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.author_name}: {self.body[:40]}"

    def get_absolute_url(self) -> str:
        return reverse("note", args=[self.parent_id or self.pk])


class Edit(models.Model):
    """A note's text before a change, and whatever else befell it. Never deleted before the note."""

    class What(models.TextChoices):
        EDITED = "edited", _("edited")
        RESOLVED = "resolved", _("resolved")
        REOPENED = "reopened", _("reopened")
        DELETED = "deleted", _("deleted")

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="edits")
    what = models.CharField(max_length=10, choices=What)
    body = models.TextField(blank=True)  # as it was before; '' where the text did not change
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]


class Tag(models.Model):
    """A #hash in a note's text, without the "#", as people compare it (NFKC, folded)."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=300, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "name"], name="one_tag_a_note")]


class Mention(models.Model):
    """An @name in a note's text that is somebody who may read it."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="one_mention_a_note")]


class Seen(models.Model):
    """Up to which reply somebody has read a thread."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="+")  # the thread
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "note"], name="one_seen_a_thread")]
