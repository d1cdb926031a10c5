"""What the page of a basket shows, worked out before the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User

from lineage.composition.chosen import Options
from lineage.composition.collected import Collected, Shown, collected, composed, shown
from lineage.composition.composing import title_of
from lineage.composition.order import Advice, advice_on
from notebooks.models import Notebook


@dataclass(frozen=True, slots=True)
class Row:
    collected: Collected
    place: int  # from 0
    shown: Shown | None  # None where it is left out of the new notebook
    advice: Advice | None

    @property
    def number(self) -> int:
        return self.place + 1

    @property
    def before(self) -> int:
        return self.place - 1

    @property
    def after(self) -> int:
        return self.place + 1

    @property
    def notebook(self) -> Notebook | None:
        return self.collected.revision.notebook if self.collected.revision else None


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[Row, ...]
    title: str  # the heading that the new notebook begins with; "" where it has none
    kernel: str
    languages: tuple[str, ...]

    @property
    def here(self) -> int:
        """How many cells come into the new notebook."""
        return sum(1 for row in self.rows if row.shown)

    @property
    def left_out(self) -> int:
        return len(self.rows) - self.here

    @property
    def runbooks(self) -> int:
        return len({row.notebook for row in self.rows if row.shown})

    @property
    def is_mixed(self) -> bool:
        return len(self.languages) > 1


def page_of(user: User, options: Options) -> Page:
    held = collected(user)
    result = composed(held, options, user.get_username())
    rows = tuple(_rows(held, shown(held, result), user))
    return Page(rows, title_of(options), result.kernel, result.languages)


def _rows(held: Sequence[Collected], cells: Sequence[Shown], user: User) -> list[Row]:
    by_item = {each.collected.item.pk: each for each in cells}
    advice = dict(zip(by_item, _advice(cells, user), strict=True))
    return [
        Row(each, place, by_item.get(each.item.pk), advice.get(each.item.pk))
        for place, each in enumerate(held)
    ]


def _advice(cells: Sequence[Shown], user: User) -> list[Advice | None]:
    families = [each.collected.chosen.meme.uuid for each in cells if each.collected.chosen]
    headings = {place for place, each in enumerate(cells) if each.has_heading}
    return advice_on(families, headings, user)
