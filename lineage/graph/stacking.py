"""How high each place of a column stands: near the middle of its neighbours, never over another. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lineage.graph.layers import Chain, Columns, Place, neighbours

SWEEPS = 4


def stacked(
    columns: Columns, chains: Sequence[Chain], heights: Mapping[Place, int], gap: int
) -> dict[Place, float]:
    """The middle of each place. The highest begins at 0; between a box and what is next to it is at least `gap`."""
    left, right = neighbours(chains)
    middles: dict[Place, float] = {}
    for column in columns:
        middles.update(_settled(column, dict.fromkeys(column, 0.0), heights, gap))
    for sweep in range(SWEEPS):
        beside = right if sweep % 2 else left
        for column in reversed(columns) if sweep % 2 else columns:
            wanted = {place: _wanted(place, beside, middles) for place in column}
            middles.update(_settled(column, wanted, heights, gap))
    top = min((middle - heights[place] / 2 for place, middle in middles.items()), default=0.0)
    return {place: middle - top for place, middle in middles.items()}


def _wanted(place: Place, beside: Mapping[Place, Sequence[Place]], middles: Mapping[Place, float]) -> float:
    others = beside.get(place)
    return sum(middles[other] for other in others) / len(others) if others else middles[place]


def _settled(
    column: Sequence[Place], wanted: Mapping[Place, float], heights: Mapping[Place, int], gap: int
) -> dict[Place, float]:
    """Halfway between pushing down from the top and pushing up from the bottom: both keep the distances."""
    down: list[float] = []
    for number, place in enumerate(column):
        least = down[-1] + _distance(column[number - 1], place, heights, gap) if down else wanted[place]
        down.append(max(wanted[place], least))
    up: list[float] = []
    for number, place in reversed(list(enumerate(column))):
        most = up[-1] - _distance(place, column[number + 1], heights, gap) if up else wanted[place]
        up.append(min(wanted[place], most))
    return {place: (low + high) / 2 for place, low, high in zip(column, down, reversed(up), strict=True)}


def _distance(one: Place, other: Place, heights: Mapping[Place, int], gap: int) -> float:
    """Lines that only pass may do so side by side."""
    both_pass = isinstance(one, tuple) and isinstance(other, tuple)
    return (heights[one] + heights[other]) / 2 + (0 if both_pass else gap)
