from django.db import models
from django.utils.translation import gettext_lazy as _


class Descent(models.Model):
    """That one MEME comes from another where the ids alone do not show it. Values, not rows of cells."""

    class How(models.TextChoices):
        ADOPTED = "adopted", _("adopted")  # a cell known by an assigned id came back with one of its own

    child = models.UUIDField(db_index=True)
    parent = models.UUIDField(db_index=True)
    how = models.CharField(max_length=10, choices=How)
    noticed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["child", "parent", "how"], name="one_descent_an_edge")]

    def __str__(self) -> str:
        return f"{self.child} {self.how} {self.parent}"
