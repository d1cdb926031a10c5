"""Which ids among many were branched off which. Pure, and linear in the number of ids."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from notebooks.memes import Meme

Families = Mapping[str, Meme]  # of one notebook: base UUID -> the id of its first cell with it
_End = tuple[str, int, tuple[str, ...]]  # base UUID, how often branched, the last branch numbers


class Branches:
    """The ids that notebooks hold, and how many of the others descend from each."""

    def __init__(self, notebooks: Iterable[Families]) -> None:
        self._holders: Counter[str] = Counter()
        self._held: Counter[tuple[str, str]] = Counter()
        self._ids: dict[tuple[str, str], Meme] = {}
        self._by_end: defaultdict[_End, list[str]] = defaultdict(list)
        self._below: Counter[tuple[str, str]] = Counter()
        for families in notebooks:
            for uuid, meme in families.items():
                self._add(uuid, meme)
        for (uuid, branch), meme in self._ids.items():
            for above in self._above(uuid, meme):
                self._below[uuid, above] += self._held[uuid, branch]

    def is_shared(self, uuid: str) -> bool:
        return self._holders[uuid] > 1

    def is_branched_off(self, uuid: str, meme: Meme) -> bool:
        """Whether some notebook holds an id that this one descends from."""
        return any(True for _ in self._above(uuid, meme))

    def parent_of(self, uuid: str, meme: Meme) -> Meme | None:
        """The nearest id held that this one descends from."""
        return next((self._ids[uuid, branch] for branch in self._above(uuid, meme)), None)

    def begets(self, families: Families) -> float:
        """Which part of the same cells elsewhere descends from those of one notebook: 0 to 1."""
        others = sum(self._holders[uuid] - 1 for uuid in families)
        below = sum(self._below[uuid, meme.branch] for uuid, meme in families.items())
        return below / others if others else 0.0

    def descends(self, families: Families) -> bool:
        """Whether most cells that a notebook shares descend from those of others."""
        shared = [(uuid, meme) for uuid, meme in families.items() if self.is_shared(uuid)]
        branched_off = sum(self.is_branched_off(uuid, meme) for uuid, meme in shared)
        return bool(shared) and 2 * branched_off > len(shared)

    def _add(self, uuid: str, meme: Meme) -> None:
        self._holders[uuid] += 1
        self._held[uuid, meme.branch] += 1
        if (uuid, meme.branch) not in self._ids:
            self._ids[uuid, meme.branch] = meme
            numbers = meme.numbers
            for start in range(len(numbers)):
                self._by_end[uuid, meme.count, numbers[start:]].append(meme.branch)

    def _above(self, uuid: str, meme: Meme) -> Iterator[str]:
        """The branches held from which this one comes, nearest first.

        Of a long line only the last ten numbers are known: an ancestor has to end as what we know of it begins.
        """
        count, numbers = meme.count, meme.numbers
        for known in range(len(numbers) - 1, 0, -1):
            yield from self._by_end.get((uuid, count - len(numbers) + known, numbers[:known]), ())
        if count and (uuid, "") in self._ids:
            yield ""
