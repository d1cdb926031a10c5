from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inbox.models.notice import KEY_LENGTH, What
from notebooks.models import Space


class Webhook(models.Model):
    """Where what happens in a space is told to another program. The signing secret is worked out, see keys.py."""

    class Form(models.TextChoices):
        JSON = "json", _("JSON")
        SLACK = "slack", _("Slack, Mattermost and what reads the same")

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=1000)  # inbox/reachable.py says which
    form = models.CharField(_("form"), max_length=10, choices=Form, default=Form.JSON)
    is_on = models.BooleanField(_("in use"), default=True)
    number = models.PositiveIntegerField(default=1)  # of its secret; renewing counts on
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self) -> "DeliveryQuerySet":
        """To be sent now; also what a worker held that died with it."""
        return self.filter(
            state__in=[Delivery.State.WAITING, Delivery.State.SENDING],
            due_at__lte=timezone.now(),
            webhook__is_on=True,
        )


class Delivery(models.Model):
    """One event on its way to one webhook, and what was answered."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=KEY_LENGTH)  # of the event
    what = models.CharField(max_length=20, choices=What)
    told = models.JSONField()  # the event, as outgoing.told_of() wrote it
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)  # not before; while SENDING: when the lease ends
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)  # of HTTP
    last_answer = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["webhook", "key"], name="one_delivery_an_event")]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="delivery_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} to {self.webhook_id} ({self.state})"
