"""One cell executed once. It hangs on values: no re-ingest of a notebook can lose it."""

from datetime import datetime, timedelta

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notebooks.models import Notebook, Space
from notebooks.models.notebook import PATH_LENGTH
from notebooks.models.space import Viewer

LINE_LENGTH = 300  # of the one line of code, and of error, that lists show


class Status(models.TextChoices):
    OK = "ok", _("succeeded")
    ERROR = "error", _("failed")
    ABORTED = "aborted", _("not begun: an earlier cell failed")
    RUNNING = "running", _("no end recorded")  # it runs, or was cut off
    UNKNOWN = "unknown", _("end not told")  # old logs say when it ended and not how


class Witness(models.IntegerChoices):
    """Who told of an execution; bits of `Execution.witnesses`."""

    LOG = 1, "log"
    JSON = 2, "json"
    HTTP = 4, "http"
    STREAM = 8, "stream"
    NOTEBOOK = 16, "notebook"  # the weaker one


class ExecutionQuerySet(models.QuerySet["Execution"]):
    def visible_to(self, user: Viewer) -> "ExecutionQuerySet":
        """Whoever may read its space, wherever the notebook is by now."""
        return self.filter(space__in=Space.objects.visible_to(user))


class Execution(models.Model):
    """One row an execution, however many tell of it. Narrow, since there are a million: texts are in Transcript."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="executions")
    key = models.CharField(max_length=32)  # execlogs/keys.py; with the space it names the execution
    meme = models.UUIDField(null=True, blank=True)  # of the cell; None where the front end sent none
    branch = models.CharField(max_length=80, blank=True)
    notebook_meme = models.UUIDField(null=True, blank=True)
    notebook_path = models.CharField(max_length=PATH_LENGTH, blank=True)  # on its server, as the log says
    place = models.CharField(max_length=PATH_LENGTH, blank=True)  # in the space, where that can be told
    notebook = models.ForeignKey(
        Notebook, null=True, blank=True, on_delete=models.SET_NULL, related_name="executions"
    )  # the copy in which it ran; derived by execlogs/linking.py, and again whenever notebooks come and go
    who = models.CharField(max_length=150, blank=True)  # a name; "" where nothing tells
    host = models.CharField(max_length=200, blank=True)  # the notebook server, by the source's name for it
    server_signature = models.CharField(max_length=64, blank=True)
    uid = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField()  # when it began (UTC); where only its end is told, that
    ended_at = models.DateTimeField(null=True, blank=True)
    started_text = models.CharField(max_length=60, blank=True)  # as written: "2026-11-21 14:35:58(JST)"
    ended_text = models.CharField(max_length=60, blank=True)
    is_zone_guessed = models.BooleanField(default=False)  # the abbreviation did not say which zone
    status = models.CharField(max_length=8, choices=Status, default=Status.UNKNOWN)
    matches = models.PositiveIntegerField(null=True, blank=True)  # lines with keywords or of stderr
    headline = models.CharField(
        max_length=LINE_LENGTH, blank=True
    )  # first line of the code that says something
    error = models.CharField(max_length=LINE_LENGTH, blank=True)  # first line that says what went wrong
    code_digest = models.CharField(max_length=32, blank=True)  # notebooks.parsing's digest of the text run
    log_path = models.CharField(max_length=PATH_LENGTH, blank=True)  # as the kernel wrote it
    witnesses = models.PositiveSmallIntegerField(default=0)  # bits of Witness
    recorded_at = models.DateTimeField(auto_now_add=True)  # when we first heard of it

    objects = ExecutionQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["space", "key"], name="one_row_an_execution")]
        indexes = [
            # A cell's history is counted and dated from the index alone, however often it ran.
            models.Index(fields=["meme", "space", "status", "at", "ended_at"], name="execution_by_meme"),
            # Its last outcomes, in order, without reading what came before them.
            models.Index(
                fields=["meme", "-at", "space", "status", "ended_at"], name="execution_in_time_by_meme"
            ),
            models.Index(fields=["space", "-at"], name="execution_by_space"),
            models.Index(fields=["-at"], name="execution_by_time"),
            models.Index(fields=["notebook", "-at"], name="execution_by_notebook"),
            # Who reads, reads by space: so people and hosts are listed, and lines narrowed, past what others own.
            models.Index(fields=["space", "who", "-at"], name="execution_by_person_in_space"),
            models.Index(fields=["space", "host", "-at"], name="execution_by_host_in_space"),
            models.Index(fields=["space", "status", "-at"], name="execution_by_status_in_space"),
            # Which copy it ran in is looked up by place, or where that is not told by the notebook's MEME.
            models.Index(fields=["space", "place", "notebook_meme"], name="execution_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.at}: {self.headline[:40]} ({self.status})"

    def get_absolute_url(self) -> str:
        return reverse("execution", args=[self.pk])

    @property
    def duration(self) -> timedelta | None:
        return None if self.ended_at is None else max(self.ended_at - self.at, timedelta())

    @property
    def started_at(self) -> datetime:
        """As it was told: logs tell seconds; the milliseconds of `at`, of a log's name, are there for the order."""
        return self.at.replace(microsecond=0) if self.started_text else self.at

    @property
    def finished_at(self) -> datetime | None:
        """As it was told."""
        if self.ended_at is None:
            return None
        return self.ended_at.replace(microsecond=0) if self.ended_text else self.ended_at

    @property
    def told_duration(self) -> timedelta | None:
        """From the one to the other."""
        ended = self.finished_at
        return None if ended is None else max(ended - self.started_at, timedelta())

    @property
    def witness_names(self) -> list[str]:
        """As the API promises them."""
        return [each.label for each in Witness if self.witnesses & each]

    @property
    def is_weak(self) -> bool:
        """Told by the notebook alone, which keeps only the last execution of a cell and no log of it."""
        return self.witnesses == Witness.NOTEBOOK


class Transcript(models.Model):
    """What was run and what came out, as text that a database takes."""

    execution = models.OneToOneField(
        Execution, primary_key=True, on_delete=models.CASCADE, related_name="transcript"
    )
    code = models.TextField(blank=True)
    output = models.TextField(blank=True)  # the beginning and the end of a very long one
    output_size = models.PositiveBigIntegerField(default=0)  # characters, of all of it
    is_cut = models.BooleanField(default=False)
    # The log's own bytes, in the blobs, where the texts here are not all of it: cut, or altered to be storable.
    log_sha256 = models.CharField(max_length=64, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"transcript of {self.execution_id}"
