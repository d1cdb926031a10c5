"""What usually stands before a cell: advice on the order of chosen cells, from all notebooks that a person may see.

Counted over templates, each as often as it and its runs have the cell: a run has its template's order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from lineage.models import Holding
from notebooks.models import Cell, Notebook
from notebooks.models.space import Viewer

LEAST = 2  # one notebook is no custom
MOST_HEADS = 100
MOST_HOLDINGS = 5_000
LONGEST = 2_000  # cells of a notebook
LONGEST_LABEL = 60

Head = int
Where = tuple[Head, int]  # and the index of a cell in it


@dataclass(frozen=True, slots=True)
class Advice:
    cell: Cell  # what usually stands before, with its notebook
    is_later: bool  # it is among the chosen, but stands after; else it is not among them
    count: int  # of notebooks
    of: int

    @property
    def label(self) -> str:
        """How the cell begins."""
        line = next((line for line in self.cell.source.splitlines() if line.strip()), "")
        text = line.strip().lstrip("#").strip()
        return text if len(text) <= LONGEST_LABEL else f"{text[:LONGEST_LABEL]}…"

    @property
    def url(self) -> str:
        return self.cell.notebook.url_of_cell(self.cell.index)


@dataclass(slots=True)
class Custom:
    """What stands before one cell, by family, in how many notebooks."""

    total: int = 0
    next_to_it: Counter[UUID] = field(default_factory=Counter)
    chosen: Counter[UUID] = field(default_factory=Counter)  # the nearest that is among the chosen
    examples: dict[UUID, Where] = field(default_factory=dict)

    def usual(self, counted: Counter[UUID]) -> UUID | None:
        """What stands there in more than half of them."""
        family, count = counted.most_common(1)[0] if counted else (None, 0)
        return family if self.total >= LEAST and 2 * count > self.total else None


def advice_on(chosen: Sequence[UUID], headings: Collection[int], user: Viewer) -> list[Advice | None]:
    """For each chosen cell, by family and in order. `headings` are the places of those that begin a section.

    Whatever stood before a section is no part of it: a heading is only compared with the chosen. Four queries.
    """
    customs = _customs(set(chosen), user)
    found = [
        _finding(chosen, place, customs.get(family), is_heading=place in headings)
        for place, family in enumerate(chosen)
    ]
    cells = _cells({where for finding in found if finding for where in [finding.where]})
    return [
        Advice(cells[each.where], each.is_later, each.count, each.of)
        if each and each.where in cells
        else None
        for each in found
    ]


def customs_in(
    notebooks: Mapping[Head, Sequence[UUID]],
    times: Mapping[Head, Mapping[UUID, int]],
    chosen: Collection[UUID],
) -> dict[UUID, Custom]:
    """Counted from the families of each notebook's cells, in order; a notebook counts `times` for a cell. Pure."""
    customs: dict[UUID, Custom] = defaultdict(Custom)
    for head, families in notebooks.items():
        nearest: tuple[UUID, int] | None = None
        seen: set[UUID] = set()
        for index, family in enumerate(families):
            if family in chosen and family not in seen:
                seen.add(family)
                _count(customs[family], times[head].get(family, 0), head, index, families, nearest)
            if family in chosen:
                nearest = (family, index)
    return customs


def _count(
    custom: Custom,
    times: int,
    head: Head,
    index: int,
    families: Sequence[UUID],
    nearest: tuple[UUID, int] | None,
) -> None:
    custom.total += times
    if index:
        before = families[index - 1]
        custom.next_to_it[before] += times
        custom.examples.setdefault(before, (head, index - 1))
    if nearest:
        custom.chosen[nearest[0]] += times
        custom.examples.setdefault(nearest[0], (head, nearest[1]))


@dataclass(frozen=True, slots=True)
class _Finding:
    where: Where
    count: int
    of: int
    is_later: bool


def _finding(
    chosen: Sequence[UUID], place: int, custom: Custom | None, *, is_heading: bool
) -> _Finding | None:
    if custom is None:
        return None
    near = custom.usual(custom.chosen)
    if near is not None and near in chosen[place + 1 :] and near not in chosen[:place]:
        return _Finding(custom.examples[near], custom.chosen[near], custom.total, is_later=True)
    before = None if is_heading else custom.usual(custom.next_to_it)
    if before is not None and before not in chosen:
        return _Finding(custom.examples[before], custom.next_to_it[before], custom.total, is_later=False)
    return None


def _customs(chosen: Collection[UUID], user: Viewer) -> dict[UUID, Custom]:
    times: dict[Head, dict[UUID, int]] = defaultdict(dict)
    held = Holding.objects.with_visible_head(user).filter(uuid__in=chosen, head__cell_count__lte=LONGEST)
    rows = held.order_by("-notebooks").values_list("head", "uuid", "notebooks")
    for head, family, notebooks in rows[:MOST_HOLDINGS]:
        times[head][family] = times[head].get(family, 0) + notebooks
    heads = sorted(times, key=lambda head: -len(times[head]))[:MOST_HEADS]
    return customs_in(_families(heads), times, chosen)


def _families(heads: Iterable[Head]) -> dict[Head, list[UUID]]:
    found: dict[Head, list[UUID]] = defaultdict(list)
    rows = Cell.objects.filter(notebook__in=heads).order_by("notebook", "index")
    for head, family in rows.values_list("notebook", "meme"):
        found[head].append(family)
    return found


def _cells(places: Collection[Where]) -> dict[Where, Cell]:
    """With their notebooks."""
    if not places:
        return {}
    heads = {head for head, _ in places}
    rows = Cell.objects.filter(notebook__in=heads, index__in={index for _, index in places})
    notebooks = Notebook.objects.with_place().in_bulk(heads)
    found = {
        (cell.notebook_id, cell.index): cell for cell in rows.only("notebook", "index", "source", "cell_type")
    }
    for (head, _), cell in found.items():
        cell.notebook = notebooks[head]
    return {place: cell for place, cell in found.items() if place in places}
