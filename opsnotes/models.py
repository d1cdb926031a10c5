import hashlib
import secrets
import zoneinfo
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

USE_NOTED_EVERY = timedelta(hours=1)


def validate_time_zone(value: str) -> None:
    if value and value not in zoneinfo.available_timezones():
        raise ValidationError(
            _("%(value)s is no time zone. Write a name such as Asia/Tokyo."), params={"value": value}
        )


class Preferences(models.Model):
    """How one person wants to see the app. Empty means: as the server or the browser says."""

    class Theme(models.TextChoices):
        AUTO = "", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences"
    )
    language = models.CharField(_("language"), max_length=10, blank=True, choices=settings.LANGUAGES)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, validators=[validate_time_zone])
    theme = models.CharField(_("theme"), max_length=10, blank=True, choices=Theme)
    shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    search_history = models.BooleanField(_("keep my last searches"), default=True)

    def __str__(self) -> str:
        return f"preferences of {self.user}"


class ApiToken(models.Model):
    """A key to the API. Only its digest is kept: it is shown once, when it is made."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def make(cls, user: User, name: str) -> str:
        """A new token's text. It cannot be read again later."""
        text = secrets.token_urlsafe(32)
        cls.objects.create(user=user, name=name, digest=_digest(text))
        return text

    @classmethod
    def find(cls, text: str) -> "ApiToken | None":
        return cls.objects.select_related("user").filter(digest=_digest(text)).first()

    def note_use(self) -> None:
        """To the hour: a write for every request would cost more than the news is worth."""
        now = timezone.now()
        if self.used_at is None or now - self.used_at > USE_NOTED_EVERY:
            ApiToken.objects.filter(pk=self.pk).update(used_at=now)


class FailedLogin(models.Model):
    """Somebody named an account and did not know its password. Counted for a while, then dropped."""

    name = models.CharField(max_length=150)  # as typed, also where there is no such account
    address = models.CharField(max_length=45)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["address", "name"], name="failed_login_by_address")]

    def __str__(self) -> str:
        return f"{self.name} from {self.address}"


def _digest(text: str) -> str:
    # The token is 256 random bits: one round of sha256 is as good as a slow hash would be.
    return hashlib.sha256(text.encode()).hexdigest()
