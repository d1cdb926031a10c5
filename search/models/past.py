from django.conf import settings
from django.db import models
from django.utils import timezone

LONGEST = 300  # characters; what is longer was pasted, and is not kept


class PastSearch(models.Model):
    """What a person searched for lately, for themselves alone."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="past_searches")
    text = models.CharField(max_length=LONGEST)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "text"], name="one_past_search_a_text")]

    def __str__(self) -> str:
        return self.text
