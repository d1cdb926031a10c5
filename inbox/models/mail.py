from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailChoice(models.Model):
    """How one person wants e-mail. Without a row: none."""

    class When(models.TextChoices):
        OFF = "off", _("never; I look into the inbox")
        DIGEST = "digest", _("once a day, together")
        AT_ONCE = "at_once", _("at once, each by itself")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choice"
    )
    when = models.CharField(_("e-mail"), max_length=10, choices=When, default=When.OFF)
    hour = models.PositiveSmallIntegerField(
        _("hour of the daily mail"), default=8, validators=[MaxValueValidator(23)]
    )  # in the person's time zone
    digested_at = models.DateTimeField(default=timezone.now)  # the last daily mail, or when it was chosen

    def __str__(self) -> str:
        return f"{self.user}: {self.when}"
