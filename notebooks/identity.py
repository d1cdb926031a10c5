"""Who a cell is: every cell carries a MEME or is assigned one, the same again at every re-ingest. Pure.

A new revision's cells are matched to the previous one's: by the MEME they carry, by nbformat cell id, by equal source,
and by their place between matched neighbours. A cell without a MEME takes over the identity of its match; a cell that
carries one where its match had an assigned one is an adoption, which lineage joins.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from uuid import UUID

from notebooks.memes import Meme
from notebooks.parsing.model import CellType, ParsedCell

# Longest common subsequences cost the product of both lengths; beyond this a notebook is matched without them.
LONGEST_ALIGNMENT = 4_000_000
LARGEST_GAP = 400
ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Identity:
    uuid: UUID
    branch: str
    assigned: bool

    @property
    def meme(self) -> Meme:
        return Meme(self.uuid, self.branch)


@dataclass(frozen=True, slots=True)
class KnownCell:
    """A cell of the previous revision and who it was."""

    cell_id: str
    cell_type: CellType
    source: str
    identity: Identity


@dataclass(frozen=True, slots=True)
class Adoption:
    """A cell known by an assigned id came back carrying one of its own."""

    assigned: UUID
    carried: UUID


@dataclass(frozen=True, slots=True)
class Assignment:
    identities: tuple[Identity, ...]  # one a cell, in order
    matches: tuple[int | None, ...]  # the previous revision's index of each cell
    adoptions: tuple[Adoption, ...]


def assign(
    cells: Sequence[ParsedCell], previous: Sequence[KnownCell], mint: Callable[[int], UUID]
) -> Assignment:
    """Identities for `cells`; `mint(index)` makes the id of a cell that nothing before explains."""
    matches = _Matching(cells, previous).run()
    identities = tuple(
        _identity(cell, previous[match].identity if match is not None else None, mint)
        for cell, match in zip(cells, matches, strict=True)
    )
    return Assignment(identities, tuple(matches), tuple(_adoptions(identities, matches, previous)))


def _identity(cell: ParsedCell, before: Identity | None, mint: Callable[[int], UUID]) -> Identity:
    if cell.meme is not None:
        return Identity(cell.meme.uuid, cell.meme.branch, assigned=False)
    if before is not None:
        return Identity(before.uuid, before.branch, assigned=True)
    return Identity(mint(cell.index), "", assigned=True)


def _adoptions(
    identities: Sequence[Identity], matches: Sequence[int | None], previous: Sequence[KnownCell]
) -> Iterator[Adoption]:
    # A carried id that the previous revision already bore elsewhere is a pasted copy, not a cell coming of age.
    known = {cell.identity.uuid for cell in previous}
    for identity, match in zip(identities, matches, strict=True):
        if match is None or identity.assigned or identity.uuid in known:
            continue
        before = previous[match].identity
        if before.assigned:
            yield Adoption(before.uuid, identity.uuid)


class _Matching:
    """Pairs the cells of two revisions, each cell at most once, the surest signs first."""

    def __init__(self, cells: Sequence[ParsedCell], previous: Sequence[KnownCell]) -> None:
        self.cells = cells
        self.previous = previous
        self.match: list[int | None] = [None] * len(cells)
        self.free = set(range(len(previous)))

    def run(self) -> list[int | None]:
        if self.previous:
            self._by_key([c.meme for c in self.cells], [p.identity.meme for p in self.previous])
            self._by_key(
                [c.meme and c.meme.uuid for c in self.cells], [p.identity.uuid for p in self.previous]
            )
            self._by_key([c.cell_id or None for c in self.cells], [p.cell_id for p in self.previous])
            self._by_source_in_order()
            self._by_key(
                [(c.cell_type, c.source) for c in self.cells],
                [(p.cell_type, p.source) for p in self.previous],
            )
            self._by_place()
        return self.match

    def _pair(self, new: int, old: int) -> None:
        self.match[new] = old
        self.free.discard(old)

    def _by_key(self, new_keys: Sequence[Hashable], old_keys: Sequence[Hashable]) -> None:
        """Pairs equal keys in order; None matches nothing."""
        waiting: dict[Hashable, deque[int]] = defaultdict(deque)
        for old, key in enumerate(old_keys):
            if old in self.free:
                waiting[key].append(old)
        for new, key in enumerate(new_keys):
            if key is not None and self.match[new] is None and waiting.get(key):
                self._pair(new, waiting[key].popleft())

    def _by_source_in_order(self) -> None:
        """Equal sources that kept their order, so that of many empty cells each keeps its own."""
        new = [index for index, match in enumerate(self.match) if match is None]
        old = sorted(self.free)
        if len(new) * len(old) > LONGEST_ALIGNMENT:
            return
        matcher = SequenceMatcher(
            None,
            [(self.previous[o].cell_type, self.previous[o].source) for o in old],
            [(self.cells[n].cell_type, self.cells[n].source) for n in new],
            autojunk=False,
        )
        for block in matcher.get_matching_blocks():
            for step in range(block.size):
                self._pair(new[block.b + step], old[block.a + step])

    def _by_place(self) -> None:
        """Cells edited where they stand: between the same matched neighbours in both revisions."""
        for new, old in self._gaps():  # one by one: what a gap takes is no longer free for the next
            same_shape = [self.cells[n].cell_type for n in new] == [self.previous[o].cell_type for o in old]
            if same_shape:
                for pair in zip(new, old, strict=True):
                    self._pair(*pair)
            elif len(new) * len(old) <= LARGEST_GAP:
                self._by_likeness(new, old)

    def _gaps(self) -> Iterator[tuple[list[int], list[int]]]:
        start, before = 0, -1
        for new in range(len(self.cells) + 1):
            after = len(self.previous) if new == len(self.cells) else self.match[new]
            if after is None:
                continue
            unmatched = list(range(start, new))
            left = [old for old in range(before + 1, after) if old in self.free]
            if unmatched and left:
                yield unmatched, left
            start, before = new + 1, after

    def _by_likeness(self, new: list[int], old: list[int]) -> None:
        scored = sorted(
            ((self._likeness(n, o), -abs(i - j), n, o) for i, n in enumerate(new) for j, o in enumerate(old)),
            reverse=True,
        )
        for score, _, n, o in scored:
            if score >= ALIKE and self.match[n] is None and o in self.free:
                self._pair(n, o)

    def _likeness(self, new: int, old: int) -> float:
        if self.cells[new].cell_type != self.previous[old].cell_type:
            return 0.0
        a, b = self.cells[new].source[:2000], self.previous[old].source[:2000]
        matcher = SequenceMatcher(None, a, b, autojunk=False)
        return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0
