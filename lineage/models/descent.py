from django.db import models
from django.utils.translation import gettext_lazy as _

from notebooks.models import Notebook, Space
from notebooks.models.space import Viewer


class DescentQuerySet(models.QuerySet["Descent"]):
    def visible_to(self, user: Viewer) -> "DescentQuerySet":
        """What some file that `user` may read tells."""
        return self.filter(space__in=Space.objects.visible_to(user))


class Descent(models.Model):
    """That one family comes from another where the ids alone do not show it. Values, not rows of cells.

    Each row is the word of one notebook. `adopted` cannot be read off the file and is kept whatever becomes of
    the notebook; the others are read from it again at every change.
    """

    class How(models.TextChoices):
        NEW_ROOT = "new_root", _("new root")  # nblineage's root_cells_history says so
        HISTORY = "history", _("history")  # the cell's, or the notebook's, history names another family
        ADOPTED = "adopted", _("adopted")  # a cell known by an assigned id came back with one of its own
        ALIKE = "alike", _("alike")  # only that the texts are alike: the weakest

    child = models.UUIDField(db_index=True)
    parent = models.UUIDField(db_index=True)
    how = models.CharField(max_length=10, choices=How)
    notebook = models.ForeignKey(
        Notebook, null=True, on_delete=models.SET_NULL, related_name="+"
    )  # who says so
    space = models.ForeignKey(
        Space, null=True, on_delete=models.CASCADE, related_name="+"
    )  # where it is or was
    noticed_at = models.DateTimeField(auto_now_add=True)

    objects = DescentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child", "parent", "how", "notebook"], name="one_descent_a_notebook"
            )
        ]

    def __str__(self) -> str:
        return f"{self.child} {self.how} {self.parent}"
