"""The branches of one family as a tree: which id was branched off which. Pure.

Hundreds of copies of one template are hundreds of branches off one id, so below each only some are shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from lineage.families.branches import Branches
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
        self._uuid = uuid
        self._copies = branches
        self._marked = marked
        self.parents = parents_of(uuid, branches)
        self._children: dict[str | None, list[str]] = {}
        for branch, parent in self.parents.items():
            self._children.setdefault(parent, []).append(branch)
        self._line = set(self._line_of(marked))
        self._left = MOST

    def twigs(self) -> tuple[tuple[Twig, ...], int]:
        """Those that descend from none that is here, and how many branches are not shown beside them."""
        self._left = MOST
        return self._below(None, 0)

    def _below(self, branch: str | None, depth: int) -> tuple[tuple[Twig, ...], int]:
        ordered = sorted(self._children.get(branch, ()), key=self._rank)
        at_first = min(SHOWN, self._left) if depth < DEEPEST else 0
        shown, rest = ordered[:at_first], ordered[at_first:]
        if depth < DEEPEST_LINE:
            shown += [each for each in rest if each in self._line]
            rest = [each for each in rest if each not in self._line]
        self._left -= len(shown)
        twigs = tuple(self._twig(each, depth) for each in shown)
        return twigs, sum(self._size(each) if each in self._children else 1 for each in rest)

    def _twig(self, branch: str, depth: int) -> Twig:
        below, hidden = self._below(branch, depth + 1)
        return Twig(Meme(self._uuid, branch), self._copies[branch], below, hidden, branch == self._marked)

    def _rank(self, branch: str) -> tuple[bool, int, str]:
        """What has branches or copies of its own comes before the many that were made once and ended."""
        return branch not in self._line, -self._copies[branch] - len(self._children.get(branch, ())), branch

    def _size(self, branch: str) -> int:
        """It and all below it."""
        waiting, size = [branch], 0
        while waiting:
            size += 1
            waiting += self._children.get(waiting.pop(), ())
        return size

    def _line_of(self, branch: str | None) -> Iterator[str]:
        while branch is not None and branch in self.parents:
            yield branch
            branch = self.parents[branch]


def parents_of(uuid: UUID, branches: Collection[str]) -> dict[str, str | None]:
    """The nearest of the others that each was branched off, by the ids alone."""
    if all(branch.count("-") == int(branch.partition("-")[0] or 0) for branch in branches):
        return {branch: _beginning_of(branch, branches) for branch in branches}
    # The oldest numbers of a long line are forgotten: what is still known has to agree.
    memes = {branch: Meme(uuid, branch) for branch in branches}
    known = Branches({str(uuid): meme} for meme in memes.values())
    nearest = {branch: known.parent_of(str(uuid), meme) for branch, meme in memes.items()}
    return {branch: meme.branch if meme else None for branch, meme in nearest.items()}


def _beginning_of(branch: str, branches: Collection[str]) -> str | None:
    """While all numbers are kept, an ancestor's are the first of one's own."""
    numbers = branch.split("-")[1:]
    for count in range(len(numbers) - 1, 0, -1):
        beginning = "-".join([str(count), *numbers[:count]])
        if beginning in branches:
            return beginning
    return "" if branch and "" in branches else None
