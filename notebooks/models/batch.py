from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notebooks.models.notebook import PATH_LENGTH, Notebook
from notebooks.models.space import Space, Viewer
from notebooks.paths import storable
from notebooks.refusals import Refusal, explain

# Longer than any one file takes. A worker that restarts under its own name gives its items back at once.
LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 3


class LeaseLost(Exception):
    """Another worker holds the item by now: what this one did must not count."""


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, user: Viewer) -> "BatchQuerySet":
        """Whoever may read the space sees how its files came in; whoever brought them does anyway. What a source brings
        in somebody's name was brought by nobody."""
        readable = models.Q(space__in=Space.objects.visible_to(user))
        brought = models.Q(by=user.pk) & ~models.Q(kind=Batch.Kind.SYNC)
        return self.filter(readable | brought) if user.is_authenticated else self.none()


class Batch(models.Model):
    """Files that came in together, and how far they are."""

    class Kind(models.TextChoices):
        UPLOAD = "upload", _("Upload")
        API = "api", _("API")
        COMMAND = "command", _("Command line")
        SYNC = "sync", _("Source")

    kind = models.CharField(max_length=20, choices=Kind)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    folder = models.CharField(max_length=PATH_LENGTH, blank=True)
    owner = models.CharField(max_length=150, blank=True)
    is_open = models.BooleanField(default=False)  # further portions are announced
    portions = models.JSONField(default=list)  # names of those that came: one that is sent again counts once
    skipped = models.JSONField(default=dict)  # why files were left out -> how many
    # Files that need no row of their own: "unchanged", "executions_stored", "executions_unchanged" -> how many
    tally = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = _("batches")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("batch", args=[self.pk])

    @property
    def folder_path(self) -> str:
        """As the folder's page is addressed."""
        return f"{self.folder}/" if self.folder else ""

    def is_writable_by(self, user: Viewer) -> bool:
        return self.space.is_writable_by(user)


class BatchItemQuerySet(models.QuerySet["BatchItem"]):
    def unfinished(self) -> "BatchItemQuerySet":
        return self.filter(state__in=[BatchItem.State.QUEUED, BatchItem.State.RUNNING])

    def waiting(self) -> "BatchItemQuerySet":
        """Queued, or held by a worker that let its lease run out."""
        return self.filter(
            models.Q(state=BatchItem.State.QUEUED)
            | models.Q(state=BatchItem.State.RUNNING, lease_until__lt=timezone.now())
        )

    def next_of_their_path(self) -> "BatchItemQuerySet":
        """Those for whose path nothing that came earlier is unfinished: the later upload wins."""
        earlier = BatchItem.objects.unfinished().filter(
            path=models.OuterRef("path"),
            batch__space=models.OuterRef("batch__space"),
            pk__lt=models.OuterRef("pk"),
        )
        return self.exclude(models.Exists(earlier))

    def held(self) -> "BatchItemQuerySet":
        return self.filter(state=BatchItem.State.RUNNING, lease_until__gte=timezone.now())

    def dropped(self) -> "BatchItemQuerySet":
        """Held by workers that let their leases run out."""
        return self.filter(state=BatchItem.State.RUNNING, lease_until__lt=timezone.now())

    def workers(self) -> "models.QuerySet[BatchItem, str]":
        """Who holds these."""
        return self.order_by().values_list("worker", flat=True).distinct()

    def in_order(self) -> "BatchItemQuerySet":
        """As a worker goes through what it holds: side files, notebooks, and last what takes long, archives."""
        return self.order_by("-kind", "pk")

    def claim(self, worker: str) -> "list[BatchItem]":
        """Takes for `worker`, who holds nothing, what is queued of these: all in one statement, so what another
        claims at the same moment is either's and not both's. To be worked on in this order: see take_back()."""
        lease = {"state": BatchItem.State.RUNNING, "worker": worker, "lease_until": timezone.now() + LEASE}
        queued = self.filter(state=BatchItem.State.QUEUED)
        if not queued.update(attempts=models.F("attempts") + 1, **lease):
            return []
        ours = BatchItem.objects.filter(state=BatchItem.State.RUNNING, worker=worker)
        items = list(ours.in_order().select_related("batch__space", "batch__by"))
        for item in items:
            item.hold()
        return items

    def take_back(self, worker: str) -> None:
        """Queues again what of these a worker held when it died. It died of the one that it had in hand, the first
        that is unfinished: the others it had not begun, and their attempts do not count."""
        unfinished = BatchItem.objects.filter(state=BatchItem.State.RUNNING, worker=worker)
        # Asked first: that nothing was held is the rule, and asking takes no write lock.
        if in_hand := unfinished.in_order().first():
            held = self.filter(state=BatchItem.State.RUNNING, worker=worker)
            held.exclude(pk=in_hand.pk).give_back()
            held.filter(pk=in_hand.pk).update(state=BatchItem.State.QUEUED, worker="", lease_until=None)

    def give_back(self) -> None:
        """Queues again what a worker holds and did not begin."""
        attempts = models.F("attempts") - 1
        self.filter(state=BatchItem.State.RUNNING).update(
            state=BatchItem.State.QUEUED, worker="", lease_until=None, attempts=attempts
        )

    def finish_stored(self, items: "Sequence[BatchItem]") -> None:
        """Closes `items` of one batch, which a worker holds for the first time and has stored as new notebooks. Raises
        LeaseLost where it holds one of them no more."""
        stored = Notebook.objects.alive().filter(path=models.OuterRef("path"), space=items[0].batch.space_id)
        held = self.filter(state=BatchItem.State.RUNNING, worker=items[0].worker, attempts=1)
        closed = held.filter(pk__in=[item.pk for item in items]).update(
            state=BatchItem.State.STORED,
            notebook=models.Subquery(stored.values("pk")),
            **BatchItem.closing(),
        )
        if closed != len(items):
            raise LeaseLost([item.pk for item in items])

    def retriable(self) -> "BatchItemQuerySet":
        """Failed, and the bytes are here to try again with."""
        failed = self.filter(state=BatchItem.State.FAILED).exclude(sha256="")
        return failed.exclude(reason_code=Refusal.SUPERSEDED)

    def superseded(self) -> "BatchItemQuerySet":
        """A later upload of the same path is in: these must not come in after it."""
        later = BatchItem.objects.filter(
            batch__space=models.OuterRef("batch__space"),
            path=models.OuterRef("path"),
            pk__gt=models.OuterRef("pk"),
            state__in=[BatchItem.State.STORED, BatchItem.State.UNCHANGED],
        )
        return self.filter(models.Exists(later))


class BatchItem(models.Model):
    """One file that had to be looked at."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being read")
        STORED = "stored", _("stored")
        UNCHANGED = "unchanged", _("unchanged")
        FAILED = "failed", _("failed")
        UNPACKED = "unpacked", _("unpacked")  # a zip whose files are items of their own

    class Kind(models.TextChoices):
        NOTEBOOK = "notebook", _("notebook")
        ARCHIVE = "archive", _("zip")
        SIDE_FILE = "side_file", _("side file")
        LOG = "log", _("log")  # only where it failed: those that are read are counts of the batch

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=10, choices=Kind)
    path = models.CharField(max_length=PATH_LENGTH)  # in the space; as it was named, where that was refused
    sha256 = models.CharField(max_length=64, blank=True)  # '' where the bytes were refused at the door
    size = models.PositiveBigIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)
    owner = models.CharField(max_length=150, blank=True)  # where it is not that of the batch
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason_code = models.CharField(max_length=30, blank=True)
    reason_detail = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=200, blank=True)  # who holds the lease
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    notebook = models.ForeignKey(Notebook, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = BatchItemQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "path"], condition=~models.Q(sha256=""), name="one_item_a_path_of_a_batch"
            )
        ]
        indexes = [
            models.Index(fields=["batch", "state"], name="item_by_batch_and_state"),
            models.Index(fields=["state", "batch", "id"], name="item_in_line"),
            models.Index(fields=["path"], name="item_by_path"),
        ]

    def __str__(self) -> str:
        return f"{self.path} ({self.state})"

    @property
    def reason(self) -> str:
        return explain(self.reason_code, self.reason_detail)

    @property
    def can_be_retried(self) -> bool:
        return (
            self.state == self.State.FAILED and bool(self.sha256) and self.reason_code != Refusal.SUPERSEDED
        )

    def hold(self) -> None:
        """What is written of it from now on counts only while it is held under this lease."""
        self._lease = {"pk": self.pk, "worker": self.worker, "attempts": self.attempts}

    def renew(self) -> None:
        """Holds on to an item that takes long."""
        self._write(lease_until=timezone.now() + LEASE)

    def give_back(self) -> None:
        """Back into the queue by no fault of the item's: the attempt does not count."""
        self._write(state=self.State.QUEUED, worker="", lease_until=None, attempts=self.attempts - 1)

    def finish(self, state: "BatchItem.State", notebook: Notebook | None = None) -> None:
        self._close(state=state, notebook=notebook, reason_code="", reason_detail="")

    def fail(self, code: str, detail: str = "") -> None:
        self._close(state=self.State.FAILED, reason_code=str(code), reason_detail=storable(detail)[:300])

    @staticmethod
    def closing() -> dict[str, Any]:
        """What is written of an item with its result, whatever that is."""
        return {"worker": "", "lease_until": None, "finished_at": timezone.now()}

    def _close(self, **fields: Any) -> None:
        self._write(**self.closing(), **fields)

    def _write(self, **fields: Any) -> None:
        """Only while the lease is ours. Raises LeaseLost otherwise, which rolls back what was done with it."""
        ours = BatchItem.objects.filter(state=self.State.RUNNING, **self._lease)
        if not ours.update(**fields):
            raise LeaseLost(self.pk)
        self._note(fields)

    def _note(self, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            setattr(self, name, value)
