from django.conf import settings
from django.db import models


class FeedKey(models.Model):
    """Which of a person's feed addresses holds. The key itself is worked out, see inbox/keys.py: no row has it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feed_key")
    number = models.PositiveIntegerField(default=1)  # of the key; renewing counts on
    renewed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"feed key {self.number} of {self.user}"
