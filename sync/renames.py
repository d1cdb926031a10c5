"""Which file that is new is one that vanished, under another name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from uuid import UUID


@dataclass(frozen=True, slots=True)
class File:
    path: str
    sha256: str
    meme: UUID | None = None  # of the notebook; None where it is not known


Alike = Callable[[File, File], bool]


def by_bytes(vanished: Sequence[File], new: Sequence[File]) -> list[tuple[File, File]]:
    """(vanished, new), each at most once. Copies have the same bytes too, so the likeliest go first: those whose
    paths have most in common."""
    candidates = _grouped(new, lambda file: file.sha256)
    found: list[tuple[File, File]] = []
    for sha256, old in _grouped(vanished, lambda file: file.sha256).items():
        couples = [(each, now) for each in old for now in candidates.get(sha256, ())]
        couples.sort(key=lambda couple: _likeness(couple[0].path, couple[1].path), reverse=True)
        found += _each_once(couples)
    return found


def by_notebook(vanished: Sequence[File], new: Sequence[File], are_alike: Alike) -> list[tuple[File, File]]:
    """By the notebook's MEME, where one of both bears it, their paths differ in one name, and `are_alike` finds the
    content to be the same notebook's a little later. The MEME alone says little: a template and its runs share it."""
    candidates = _grouped(new, lambda file: str(file.meme or ""))
    found = []
    for meme, old in _grouped(vanished, lambda file: str(file.meme or "")).items():
        now = candidates.get(meme, [])
        if len(old) == len(now) == 1 and _is_one_step(old[0].path, now[0].path) and are_alike(old[0], now[0]):
            found.append((old[0], now[0]))
    return found


def _each_once(couples: Iterable[tuple[File, File]]) -> Iterator[tuple[File, File]]:
    taken: set[tuple[str, str]] = set()
    for old, now in couples:
        if not taken & {("old", old.path), ("new", now.path)}:
            taken |= {("old", old.path), ("new", now.path)}
            yield old, now


def _grouped(files: Iterable[File], key: Callable[[File], str]) -> Mapping[str, list[File]]:
    groups: dict[str, list[File]] = {}
    for file in files:
        if key(file):
            groups.setdefault(key(file), []).append(file)
    return groups


def _likeness(one: str, other: str) -> tuple[bool, int, int]:
    """The same name, then names in common at the end, and at the beginning."""
    ones, others = one.split("/"), other.split("/")
    return ones[-1] == others[-1], _in_common(ones[::-1], others[::-1]), _in_common(ones, others)


def _in_common(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _is_one_step(one: str, other: str) -> bool:
    """Another name in the same folder, another folder for the same name, or one folder on the way renamed."""
    ones, others = one.split("/"), other.split("/")
    if ones[-1] == others[-1] or ones[:-1] == others[:-1]:
        return True
    return len(ones) == len(others) and sum(a != b for a, b in zip(ones, others, strict=True)) == 1


def are_one_notebooks(old_cells: Sequence[str], new_cells: Sequence[str], executed: Iterable[str]) -> bool:
    """Whether most cells are the same to the last output, and one of those that were executed (`executed`, of the old)
    among them: a second run of the same template has other executions. The cells are digests of all that they hold.
    """
    common = Counter(old_cells) & Counter(new_cells)
    were_executed = set(executed)
    carries_on = not were_executed or any(cell in were_executed for cell in common)
    return carries_on and 2 * common.total() >= max(len(old_cells), len(new_cells))
