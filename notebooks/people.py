"""Who may read a space, asked from the space's side: the reverse of Space.objects.visible_to()."""

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from notebooks.models import Space


def readers_of(space: Space) -> QuerySet[User]:
    """Everybody with an account in use who may read it, writers included."""
    people = User.objects.filter(is_active=True)
    return people if space.is_public else people.filter(_joined(space))


def _joined(space: Space) -> Q:
    # Subqueries, not joins: a person in two groups would come twice.
    return (
        Q(pk__in=space.readers.values("pk"))
        | Q(pk__in=space.writers.values("pk"))
        | Q(pk__in=User.objects.filter(groups__in=space.reader_groups.values("pk")).values("pk"))
        | Q(pk__in=User.objects.filter(groups__in=space.writer_groups.values("pk")).values("pk"))
    )
