from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from notebooks.models import Space


class DoorKey(models.Model):
    """A key that notebook servers with sidestickies hold: it opens one space's notes."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256; the key itself is shown once
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)
