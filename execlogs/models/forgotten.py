from django.db import models

from notebooks.models import Space


class Forgotten(models.Model):
    """Up to when a cell's executions were let go. Histories beside the logs go on telling of them for ever."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    meme = models.UUIDField()
    before = models.DateTimeField()  # what began earlier and did not fail is not kept again

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "meme"], name="forgotten_once_a_cell")]

    def __str__(self) -> str:
        return f"{self.meme}: before {self.before}"
