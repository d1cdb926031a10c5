"""What two sequences have in common, in order (Myers, "An O(ND) Difference Algorithm"). Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

Reached = dict[int, int]  # by diagonal, how far along `a`


@dataclass(frozen=True, slots=True)
class Block:
    """`size` elements from `a` on are those from `b` on."""

    a: int
    b: int
    size: int


def common_blocks(
    a: Sequence[Hashable], b: Sequence[Hashable], most: int, is_over: Callable[[], bool]
) -> list[Block] | None:
    """A longest common subsequence; None where more than `most` elements differ or the time is over.

    It takes time by what differs: at most `most` times itself.
    """
    head = _equal_head(a, b)
    tail = _equal_tail(a, b, head)
    mine, theirs = a[head : len(a) - tail], b[head : len(b) - tail]
    found = _blocks(mine, theirs, most, is_over)
    if found is None:
        return None
    inner = [Block(head + block.a, head + block.b, block.size) for block in found]
    ends = [Block(0, 0, head), *inner, Block(len(a) - tail, len(b) - tail, tail)]
    return [block for block in ends if block.size]


def _equal_head(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    size = 0
    while size < min(len(a), len(b)) and a[size] == b[size]:
        size += 1
    return size


def _equal_tail(a: Sequence[Hashable], b: Sequence[Hashable], head: int) -> int:
    size = 0
    while size < min(len(a), len(b)) - head and a[-1 - size] == b[-1 - size]:
        size += 1
    return size


def _blocks(
    a: Sequence[Hashable], b: Sequence[Hashable], most: int, is_over: Callable[[], bool]
) -> list[Block] | None:
    if not a or not b:
        return []
    if abs(len(a) - len(b)) > most:
        return None
    trace: list[Reached] = []
    reached: Reached = {}
    for differences in range(min(most, len(a) + len(b)) + 1):
        if is_over():
            return None
        reached = _further(a, b, reached, differences)
        trace.append(reached)
        if reached.get(len(a) - len(b)) == len(a):
            return _walked_back(a, b, trace)
    return None


def _further(a: Sequence[Hashable], b: Sequence[Hashable], before: Reached, differences: int) -> Reached:
    """How far each diagonal leads with one difference more."""
    reached: Reached = {}
    for diagonal in range(-differences, differences + 1, 2):
        x = _entry(len(a), len(b), before, diagonal) if differences else 0
        if x is None:
            continue
        while x < len(a) and x - diagonal < len(b) and a[x] == b[x - diagonal]:
            x += 1
        reached[diagonal] = x
    return reached


def _entry(most_x: int, most_y: int, before: Reached, diagonal: int) -> int | None:
    """Where a diagonal is entered: down, past an element of `b`, or further on to the right, past one of `a`."""
    right = before.get(diagonal - 1, most_x) + 1
    down = before.get(diagonal + 1, -1)
    entries = [x for x in (right, down) if 0 <= x <= most_x and 0 <= x - diagonal <= most_y]
    return max(entries, default=None)


def _walked_back(a: Sequence[Hashable], b: Sequence[Hashable], trace: Sequence[Reached]) -> list[Block]:
    blocks = []
    x, diagonal = len(a), len(a) - len(b)
    for before in reversed([{}, *trace[:-1]]):
        start = (_entry(len(a), len(b), before, diagonal) if before else 0) or 0
        if x > start:
            blocks.append(Block(start, start - diagonal, x - start))
        is_down = before.get(diagonal + 1) == start
        x, diagonal = (start, diagonal + 1) if is_down else (start - 1, diagonal - 1)
    return blocks[::-1]
