"""Which notebooks a list is about."""

import logging
from typing import Any

from django.db.models import Case, Q, QuerySet, When
from haystack.exceptions import SearchBackendError
from rest_framework import serializers

from notebooks.api.fields import MemeField
from notebooks.memes import Meme
from notebooks.models import Cell, Notebook, Space
from notebooks.models.space import Viewer
from search.api import SearchFailed
from search.find import best_notebooks

logger = logging.getLogger(__name__)

ORDERINGS = ("path", "-path", "title", "-title", "updated_at", "-updated_at")


class NotebookQuery(serializers.Serializer[Any]):
    space = serializers.CharField(required=False, help_text="Its address (slug).")
    path = serializers.CharField(required=False, help_text="A path, or with / at the end all below a folder.")
    meme = MemeField(required=False, help_text="Borne by the notebook or a cell; without branch, the family.")
    q = serializers.CharField(
        required=False, allow_blank=True, help_text="Words, as on the search page; best first."
    )
    ordering = serializers.ChoiceField(ORDERINGS, required=False)

    def apply(self, notebooks: QuerySet[Notebook], user: Viewer) -> QuerySet[Notebook]:
        """Raises SearchFailed where the engine does."""
        asked = self.validated_data
        if "space" in asked:
            # A space that is not there and one that may not be seen look the same: an empty list.
            notebooks = notebooks.filter(space__in=Space.objects.filter(slug=asked["space"]))
        if "path" in asked:
            notebooks = notebooks.filter(_at(asked["path"]))
        if "meme" in asked:
            notebooks = notebooks.filter(_bearing(asked["meme"]))
        if asked.get("q"):
            best = _found(asked["q"], user)
            notebooks = notebooks.filter(pk__in=best)
            if "ordering" not in asked:
                return notebooks.order_by(_as_in(best))
        return notebooks.order_by(asked.get("ordering", "-updated_at"), "pk")


def _found(words: str, user: Viewer) -> list[int]:
    try:
        return best_notebooks(words, user)
    except SearchBackendError as failure:
        logger.exception("The search engine failed")
        raise SearchFailed from failure


def _as_in(pks: list[int]) -> Case:
    return Case(*(When(pk=pk, then=place) for place, pk in enumerate(pks)), default=len(pks))


def _at(path: str) -> Q:
    if not path.endswith("/"):
        return Q(path=path)
    folder = path.strip("/")
    return Q(folder=folder) | Q(folder__startswith=f"{folder}/") if folder else Q()


def _bearing(meme: Meme) -> Q:
    exactly = {"meme": meme.uuid, **({"branch": meme.branch} if meme.branch else {})}
    return Q(**exactly) | Q(pk__in=Cell.objects.filter(**exactly).values("notebook"))
