from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, User
from django.db import models
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

Viewer = AbstractBaseUser | AnonymousUser

_IN_GROUPS = User.groups.through._meta.db_table


class SpaceQuerySet(models.QuerySet["Space"]):
    def visible_to(self, user: Viewer) -> "SpaceQuerySet":
        """Spaces whose content `user` may read. The one place where reading is decided."""
        return self.filter(models.Q(is_public=True) | _joined_by(user))

    def writable_by(self, user: Viewer) -> "SpaceQuerySet":
        """Spaces that `user` may add to, change and people."""
        return self.filter(_written_by(user))

    def with_standing(self, user: Viewer) -> "SpaceQuerySet":
        """With `is_joined` and `is_writable`: what `user` is in each."""
        standing = {"is_joined": _joined_by(user), "is_writable": _written_by(user)}
        return self.annotate(
            **{name: models.ExpressionWrapper(q, models.BooleanField()) for name, q in standing.items()}
        )

    def with_counts(self) -> "SpaceQuerySet":
        counts = {"notebook_count": models.Count("notebooks", filter=models.Q(notebooks__deleted_at=None))}
        return self.annotate(**counts)

    def with_people(self) -> "SpaceQuerySet":
        return self.prefetch_related("readers", "writers", "reader_groups", "writer_groups")


def _joined_by(user: Viewer) -> models.Q:
    return _among(user, ["readers", "writers"], ["reader_groups", "writer_groups"])


def _written_by(user: Viewer) -> models.Q:
    return _among(user, ["writers"], ["writer_groups"])


def _among(user: Viewer, people: Sequence[str], groups: Sequence[str]) -> models.Q:
    """In SQL: as nested query sets it would take Django a millisecond and a half to build, several times a request."""
    if not user.is_authenticated:
        return models.Q(pk__in=())
    # What is put in are names of tables, by Django; the person is a parameter.
    selects = [f"SELECT space_id FROM {_table(name)} WHERE user_id = %s" for name in people]  # noqa: S608
    selects += [
        f"SELECT g.space_id FROM {_table(name)} g"  # noqa: S608
        f" JOIN {_IN_GROUPS} p ON p.group_id = g.group_id WHERE p.user_id = %s"
        for name in groups
    ]
    return models.Q(pk__in=RawSQL(" UNION ALL ".join(selects), [user.pk] * len(selects)))  # noqa: S611


def _table(name: str) -> str:
    """Of one of the fields below that hold people and groups."""
    return str(getattr(Space, name).through._meta.db_table)


class Space(models.Model):
    """Who may see what: every notebook is in exactly one."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    is_public = models.BooleanField(
        _("public"),
        default=False,
        help_text=_("Everybody who reaches this server may read it, without an account."),
    )
    readers_may_note = models.BooleanField(_("readers may write notes"), default=True)
    readers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    writers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    reader_groups = models.ManyToManyField(Group, blank=True, related_name="+")
    writer_groups = models.ManyToManyField(Group, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    # Only where with_standing() and with_counts() put them.
    is_joined: bool
    is_writable: bool
    notebook_count: int

    objects = SpaceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("browse", args=[self.slug, ""])

    def is_writable_by(self, user: Viewer) -> bool:
        return Space.objects.writable_by(user).filter(pk=self.pk).exists()


class FolderHold(models.Model):
    """That a folder of a space is filled by something of its own, and nobody uploads into it."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="holds")
    folder = models.CharField(
        max_length=1000, blank=True
    )  # "" for the whole space; what lies below is held too
    holder = models.CharField(max_length=100)  # by name, for the reason that is given

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "folder"], name="one_hold_a_folder")]

    def __str__(self) -> str:
        return f"{self.folder} of {self.space_id}, by {self.holder}"
