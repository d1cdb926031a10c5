from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from inbox.models.watch import Watch
from notebooks.models import Notebook, Space
from notebooks.models.space import Viewer

KEY_LENGTH = 200


class What(models.TextChoices):
    NOTE = "note", _("new note")
    REPLY = "reply", _("reply")
    MENTION = "mention", _("mentions you")
    RESOLVED = "resolved", _("resolved")
    REOPENED = "reopened", _("reopened")
    SYNC_FAILED = "sync_failed", _("sync failed")
    SEARCH_HIT = "search_hit", _("new hits")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def of(self, user: Viewer) -> "NoticeQuerySet":
        """What `user` was told and may still read."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(user=user.pk, space__in=Space.objects.visible_to(user))

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def waiting_for_mail(self) -> "NoticeQuerySet":
        return self.filter(mail=Notice.Mail.WAITING)


class Notice(models.Model):
    """That one person was told of one event. The inbox is the truth; mail and feeds repeat it."""

    class Mail(models.TextChoices):
        """What became of the e-mail. From SENDING nothing leads back but a failure before anything was sent."""

        NONE = "", _("none wanted")
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("not needed any more")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=KEY_LENGTH)  # of the event: told twice, it is told once
    what = models.CharField(max_length=20, choices=What)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    actor_name = models.CharField(max_length=150, blank=True)  # outlives the account
    title = models.CharField(max_length=300)
    count = models.PositiveIntegerField(default=1)  # of what happened, where several are told as one
    excerpt = models.CharField(max_length=500, blank=True)
    url = models.CharField(max_length=2000)  # a path on this site
    notebook = models.ForeignKey(Notebook, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    watch = models.ForeignKey(
        Watch, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices"
    )  # that brought it; None where the person was addressed
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.CharField(max_length=10, choices=Mail, default=Mail.NONE, blank=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_due_at = models.DateTimeField(null=True, blank=True)  # not before; while SENDING: since when
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_notice_an_event")]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="notice_by_person"),
            models.Index(fields=["key"], name="notice_by_event"),
            models.Index(
                fields=["user", "space"], condition=models.Q(read_at=None), name="notice_unread_by_person"
            ),
            models.Index(
                fields=["mail", "mail_due_at"],
                condition=models.Q(mail__in=["waiting", "sending"]),
                name="notice_to_mail",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.title}"
