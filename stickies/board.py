"""The notes page: all threads that somebody may see, narrowed, counted by what they can be narrowed to, in pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.db.models.functions import Coalesce
from django.http import QueryDict

from notebooks.models.space import Viewer
from stickies.boardform import BoardForm, Choice
from stickies.boardrows import Row, rows_of
from stickies.hazards import Hazards, open_hazards
from stickies.models import Channel, Kind, Note, Tag
from stickies.models.note import NoteQuerySet
from stickies.narrowing import Reader, State, Wish

PAGE = 30
MOST_PEOPLE = 200
MOST_TAGS = 100

# What is counted together, in the order of the columns of _crossed_rows.
CROSSED = ("kind", "channel", "state", "space", "who")


class Board:
    def __init__(self, viewer: Viewer, asked: QueryDict) -> None:
        self.viewer = viewer
        self.reader = Reader.of(viewer)
        self.form = BoardForm(asked, is_somebody=self.reader.user is not None)
        self.wish = self.form.wish()
        self._asked_page = asked.get("page")
        self._offer()

    @cached_property
    def page(self) -> Page[Note]:
        shown = self._threads(self.wish).select_related("space").order_by("-created_at", "-pk")
        return _Counted(shown, PAGE, self.count).get_page(self._asked_page)

    @cached_property
    def rows(self) -> Sequence[Row]:
        return rows_of(list(self.page), self.viewer)

    @cached_property
    def hazards(self) -> Hazards | None:
        """At a glance, on the page that is narrowed to nothing."""
        if self.is_narrowed or self.page.number > 1 or not self.hazard_count:
            return None
        return open_hazards(self.viewer)

    @property
    def hazard_count(self) -> int:
        """Open ones: of all that the reader may see, where nothing is narrowed."""
        return self._crossed[Kind.HAZARD, State.OPEN]

    @property
    def count(self) -> int:
        return sum(self._counts_within(self.wish).values())

    @property
    def is_narrowed(self) -> bool:
        return self.wish != Wish()

    @property
    def narrowings(self) -> int:
        """How many things it is narrowed by."""
        plain = Wish()
        names = (each.name for each in fields(Wish))
        return sum(getattr(self.wish, name) != getattr(plain, name) for name in names)

    @property
    def may_resolve(self) -> bool:
        return any(row.may_resolve for row in self.rows)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to narrow: the person may see no note at all."""
        return not self.count and (not self.is_narrowed or not self._threads(Wish()).exists())

    def _threads(self, wish: Wish) -> NoteQuerySet:
        return self.reader.threads(wish)

    # --- What there is to choose from; each list is counted within all that the others narrow to.

    def _offer(self) -> None:
        labels: Mapping[str, Mapping[str, str]] = {
            "kind": {kind.value: str(kind.label) for kind in Kind},
            "channel": {channel.value: str(channel.label) for channel in Channel},
            "state": {state.value: str(state.label) for state in State},
            "space": {space.slug: space.name for space in self.reader.spaces},
        }
        for name, known in labels.items():
            counts = self._counts_of(name)
            self.form.offer(
                name, [(value, label, counts[value]) for value, label in known.items() if counts[value]]
            )
        self.form.offer("who", self._people())
        self.form.offer("tag", self._tags())

    def _counts_of(self, name: str) -> Counter[str]:
        at = CROSSED.index(name)
        counts: Counter[str] = Counter()
        for key, count in self._counts_within(self.wish.without(name)).items():
            counts[key[at]] += count
        return counts

    def _counts_within(self, wish: Wish) -> Mapping[tuple[str, ...], int]:
        asked = [(at, wanted) for at, name in enumerate(CROSSED) if (wanted := getattr(wish, name))]
        if not asked:
            return self._crossed_rows
        rows = self._crossed_rows.items()
        return {key: count for key, count in rows if all(key[at] == wanted for at, wanted in asked)}

    @cached_property
    def _crossed(self) -> Counter[tuple[str, str]]:
        """By kind and state, as far as nothing narrows them."""
        counts: Counter[tuple[str, str]] = Counter()
        for (kind, _channel, state, *_), count in self._crossed_rows.items():
            counts[kind, state] += count
        return counts

    @cached_property
    def _crossed_rows(self) -> Mapping[tuple[str, ...], int]:
        """How many threads there are of each kind, channel, state, space and person: one query for five lists."""
        slugs = {space.pk: space.slug for space in self.reader.spaces}
        rows = (
            self._threads(self.wish.without(*CROSSED))
            .order_by()
            .annotate(is_open=ExpressionWrapper(Q(resolved_at=None), BooleanField()))
            .values_list("kind", "channel", "is_open", "space", "author_name")
            .annotate(count=Count("pk"))
        )
        return {
            (kind, channel, State.OPEN if is_open else State.RESOLVED, slugs[space], who): count
            for kind, channel, is_open, space, who, count in rows
        }

    def _people(self) -> Iterable[Choice]:
        """Who began most first."""
        counts = self._counts_of("who").most_common(MOST_PEOPLE)
        return [
            (name, name, count)
            for name, count in sorted(counts, key=lambda each: (-each[1], each[0]))
            if name
        ]

    def _tags(self) -> Iterable[Choice]:
        tops = Coalesce("note__parent_id", "note_id")
        tags = Tag.objects.annotate(top=tops).filter(self._tagged(), note__deleted_at=None)
        rows = tags.values_list("name").annotate(count=Count("top", distinct=True)).order_by("-count", "name")
        return [(name, f"#{name}", count) for name, count in rows[:MOST_TAGS]]

    def _tagged(self) -> Q:
        """Tags of the threads that are left. Narrowed to a space alone, a tag's own note says it, at half the cost."""
        wish = self.wish.without("tag")
        if wish.without("space") == Wish():
            seen = [space.pk for space in self.reader.spaces if wish.space in ("", space.slug)]
            return Q(note__space__in=seen)
        threads = self._threads(wish).order_by().values("pk")
        return Q(top__in=threads)


if TYPE_CHECKING:
    _Paginator = Paginator[Note]
else:
    _Paginator = Paginator


class _Counted(_Paginator):
    """Of a list that was counted already."""

    def __init__(self, threads: Any, size: int, count: int) -> None:
        super().__init__(threads, size)
        self._known = count

    @cached_property
    def count(self) -> int:
        return self._known
