from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notebooks.models import Space
from notebooks.models.space import Viewer
from search.language.reading import LONGEST

KEY_LENGTH = 32


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def visible_to(self, user: Viewer) -> "SavedSearchQuerySet":
        """One's own, and those of spaces that one may read."""
        return self.filter(_own(user) | Q(space__in=Space.objects.visible_to(user)))

    def changeable_by(self, user: Viewer) -> "SavedSearchQuerySet":
        return self.filter(_own(user) | Q(space__in=Space.objects.writable_by(user)))


def _own(user: Viewer) -> Q:
    return Q(owner=user.pk) if user.is_authenticated else Q(pk__in=())


class SavedSearch(models.Model):
    """A question that is asked again and again: one person's own, or a space's. Whoever asks it, asks as themselves."""

    class Sort(models.TextChoices):
        BEST = "best", _("Best first")
        NEWEST = "newest", _("Newest first")

    name = models.CharField(_("name"), max_length=100)
    text = models.CharField(max_length=LONGEST, blank=True)  # in the query language
    sort = models.CharField(_("order"), max_length=10, choices=Sort, default=Sort.BEST)
    narrowed = models.JSONField(default=dict, blank=True)  # by the names of search.find.FACETS
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="saved_searches",
    )  # none of what is shared: that outlives the account
    space = models.ForeignKey(
        Space, null=True, blank=True, on_delete=models.CASCADE, related_name="saved_searches"
    )  # with whose readers it is shared
    author_name = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = _("saved searches")
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False, space=None) | Q(owner=None, space__isnull=False),
                name="a_saved_search_is_ones_own_or_a_spaces",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("saved-search", args=[self.pk])


class Following(models.Model):
    """How far somebody is with a saved search: when they last opened it, and what they were told of.

    Without a user it is the space that it is shared with: its webhooks are told.
    """

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="followings")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    is_told = models.BooleanField(default=False)  # when something new matches
    is_primed = models.BooleanField(default=False)  # what matched before is known
    seen = models.BigIntegerField(default=0)  # the last arrival that was looked at
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["search", "user"], condition=Q(user__isnull=False), name="one_following_a_person"
            ),
            models.UniqueConstraint(
                fields=["search"], condition=Q(user=None), name="one_following_for_webhooks"
            ),
        ]
        indexes = [models.Index(fields=["is_told"], condition=Q(is_told=True), name="following_that_is_told")]

    def __str__(self) -> str:
        return f"{self.user_id or 'webhooks'} follows {self.search_id}"


class KnownHit(models.Model):
    """A hit that was told, or was there before: it is told no more."""

    following = models.ForeignKey(Following, on_delete=models.CASCADE, related_name="known")
    key = models.CharField(max_length=KEY_LENGTH)  # search/saved/hitkeys.py

    class Meta:
        constraints = [models.UniqueConstraint(fields=["following", "key"], name="one_known_hit_a_key")]

    def __str__(self) -> str:
        return self.key


class Arrival(models.Model):
    """That the index has just looked at something again, so that it may match now. Kept until all who are told of new
    hits were asked for; written by the one writer of the index, so that their numbers only grow."""

    class Kind(models.TextChoices):
        NOTEBOOK = "notebook", "notebook"
        NOTE = "note", "note"
        LOG = "log", "log"

    kind = models.CharField(max_length=10, choices=Kind)
    of = models.BigIntegerField()  # a value: it may be gone by then

    def __str__(self) -> str:
        return f"{self.kind} {self.of}"
