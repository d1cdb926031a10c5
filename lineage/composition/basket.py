"""What a person collects: cells as they were in a revision, in an order of their own."""

from collections.abc import Iterable, Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from lineage.composition.sections import section_of
from lineage.models import BasketItem
from notebooks.contents import CurrentContent, OldContent
from notebooks.models import Notebook, Revision
from notebooks.models.space import Viewer

MOST = 500  # more is a library, no notebook

Place = tuple[int, int]  # a revision's id, and the index of a cell in it


class BasketFull(Exception):
    """It would hold more than MOST cells."""


def count(user: Viewer) -> int:
    return BasketItem.objects.of(user).count()


def readable_revisions(user: Viewer) -> QuerySet[Revision]:
    """What `user` may collect from."""
    return Revision.objects.filter(notebook__in=Notebook.objects.visible_to(user).alive()).select_related(
        "notebook__space", "notebook__revision"
    )


def section_in(revision: Revision, index: int) -> range:
    """The cells of a heading's section."""
    is_current = revision.pk == revision.notebook.revision_id
    content = CurrentContent(revision.notebook) if is_current else OldContent(revision)
    return section_of(index, content.headings(), content.total)


def collect(user: User, revision: Revision, indices: Iterable[int]) -> list[BasketItem]:
    """Puts cells at the end, in the order of `indices`; those that were not there before. Raises BasketFull."""
    with transaction.atomic():
        mine = list(BasketItem.objects.of(user).select_for_update())
        known = {(item.revision_id, item.index) for item in mine}
        added = [index for index in dict.fromkeys(indices) if (revision.pk, index) not in known]
        if len(mine) + len(added) > MOST:
            raise BasketFull
        start = max((item.position for item in mine), default=-1) + 1
        return BasketItem.objects.bulk_create(
            BasketItem(user=user, revision=revision, index=index, position=position)
            for position, index in enumerate(added, start)
        )


def move(user: User, pk: int, to: int) -> int | None:
    """Puts an item at the place `to`, counted from 0, or as near as there is; says which. None: it is not there."""
    with transaction.atomic():
        items = list(BasketItem.objects.of(user).select_for_update())
        moved = next((item for item in items if item.pk == pk), None)
        if moved is None:
            return None
        items.remove(moved)
        items.insert(max(to, 0), moved)
        _number(items)
        return items.index(moved)


def put_before(user: User, added: Sequence[BasketItem], pk: int) -> None:
    """Moves what was put in to where an item stands, which follows."""
    pks = list(
        BasketItem.objects.of(user).exclude(pk__in=[item.pk for item in added]).values_list("pk", flat=True)
    )
    place = pks.index(pk) if pk in pks else len(pks)
    arrange(user, [*pks[:place], *(item.pk for item in added), *pks[place:]])


def arrange(user: User, pks: Sequence[int]) -> None:
    """Puts the items named first, in this order; the rest follow as they were."""
    with transaction.atomic():
        items = BasketItem.objects.of(user).select_for_update()
        places = {pk: place for place, pk in reversed(list(enumerate(pks)))}
        _number(sorted(items, key=lambda item: places.get(item.pk, len(pks))))


def drop(user: User, pk: int) -> bool:
    """Takes an item out; says whether it was there."""
    dropped, _ = BasketItem.objects.of(user).filter(pk=pk).delete()
    return dropped > 0


def clear(user: User) -> int:
    dropped, _ = BasketItem.objects.of(user).delete()
    return dropped


def places(user: User) -> list[Place]:
    """All that it holds, for bring_back()."""
    return list(BasketItem.objects.of(user).values_list("revision_id", "index"))


def bring_back(user: User, held: Sequence[Place]) -> None:
    """Makes it hold again what places() told, in that order; what came in since follows."""
    with transaction.atomic():
        there = Revision.objects.filter(pk__in={revision for revision, _ in held}).values_list(
            "pk", flat=True
        )
        mine = {
            (item.revision_id, item.index): item for item in BasketItem.objects.of(user).select_for_update()
        }
        known = set(there)
        lost = [place for place in held if place not in mine and place[0] in known]
        if len(mine) + len(lost) > MOST:
            raise BasketFull
        for revision, index in lost:
            mine[revision, index] = BasketItem.objects.create(
                user=user, revision_id=revision, index=index, position=0
            )
        order = {place: number for number, place in enumerate(held)}
        _number(sorted(mine.values(), key=lambda item: order.get((item.revision_id, item.index), len(held))))


def _number(items: Sequence[BasketItem]) -> None:
    changed = [(item, place) for place, item in enumerate(items) if item.position != place]
    for item, place in changed:
        item.position = place
    BasketItem.objects.bulk_update([item for item, _ in changed], ["position"])
