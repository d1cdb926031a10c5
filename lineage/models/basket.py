from django.conf import settings
from django.db import models

from notebooks.models import Notebook, Revision
from notebooks.models.space import Viewer


class BasketItemQuerySet(models.QuerySet["BasketItem"]):
    def of(self, user: Viewer) -> "BasketItemQuerySet":
        """What `user` collected, in order. A cell that they may no longer read stays in place, but is not shown."""
        return self.filter(user=user.pk) if user.is_authenticated else self.none()

    def visible_to(self, user: Viewer) -> "BasketItemQuerySet":
        return self.of(user).filter(revision__notebook__in=Notebook.objects.visible_to(user).alive())


class BasketItem(models.Model):
    """A cell that a person collected, as it was: the revision keeps its text whatever is saved later."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="basket")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    index = models.PositiveIntegerField()  # of the cell in the revision
    position = models.PositiveIntegerField()  # in the basket, from 0
    added_at = models.DateTimeField(auto_now_add=True)

    objects = BasketItemQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "revision", "index"], name="one_basket_item_a_cell")
        ]

    def __str__(self) -> str:
        return f"{self.revision_id}#{self.index}"
