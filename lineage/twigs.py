"""The branches of one family as a tree: which id was branched off which. Pure.

Hundreds of copies of one template are hundreds of branches off one id, so below each only some are shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from lineage.branches import Branches
from notebooks.memes import Meme

SHOWN = 8  # below one
DEEPEST = 12  # levels
DEEPEST_LINE = 50  # of what leads to the marked one
MOST = 60


@dataclass(frozen=True, slots=True)
class Twig:
    """A branch in its place in the tree."""

    meme: Meme
    copies: int
    below: tuple[Twig, ...]
    hidden: int  # branches anywhere below it that are not shown
    is_marked: bool


class Tree:
    def __init__(self, uuid: UUID, branches: Mapping[str, int], marked: str | None = None) -> None:
        """From how often each branch occurs. What leads to the marked one is always shown."""
        self._copies = branches
        self._marked = marked
        self._children: defaultdict[str | None, list[Meme]] = defaultdict(list)
        memes = [Meme(uuid, branch) for branch in branches]
        known = Branches({str(uuid): meme} for meme in memes)
        self.parents: dict[str, str | None] = {}
        for meme in memes:
            above = known.parent_of(str(uuid), meme)
            self.parents[meme.branch] = above.branch if above else None
            self._children[above.branch if above else None].append(meme)
        self._line = set(self._line_of(marked))
        self._left = MOST

    def twigs(self) -> tuple[tuple[Twig, ...], int]:
        """Those that descend from none that is here, and how many branches are not shown beside them."""
        self._left = MOST
        return self._below(None, 0)

    def _below(self, branch: str | None, depth: int) -> tuple[tuple[Twig, ...], int]:
        ordered = sorted(self._children[branch], key=self._rank)
        shown = ordered[: min(SHOWN, self._left)] if depth < DEEPEST else []
        if depth < DEEPEST_LINE:
            shown += [meme for meme in ordered[len(shown) :] if meme.branch in self._line]
        self._left -= len(shown)
        twigs = tuple(self._twig(meme, depth) for meme in shown)
        return twigs, sum(self._size(meme.branch) for meme in ordered if meme not in shown)

    def _twig(self, meme: Meme, depth: int) -> Twig:
        below, hidden = self._below(meme.branch, depth + 1)
        return Twig(meme, self._copies[meme.branch], below, hidden, meme.branch == self._marked)

    def _rank(self, meme: Meme) -> tuple[bool, int, str]:
        """What has branches or copies of its own comes before the many that were made once and ended."""
        branch = meme.branch
        return branch not in self._line, -self._copies[branch] - len(self._children.get(branch, ())), branch

    def _size(self, branch: str) -> int:
        """It and all below it."""
        waiting, size = [branch], 0
        while waiting:
            size += 1
            waiting += [meme.branch for meme in self._children.get(waiting.pop(), ())]
        return size

    def _line_of(self, branch: str | None) -> Iterator[str]:
        while branch is not None and branch in self.parents:
            yield branch
            branch = self.parents[branch]
