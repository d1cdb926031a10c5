"""Copies of one cell as one hit: pages of folds over the hits as they are ranked.

The engine is asked slice by slice until a page is full. It tells with each hit whose copy it is, so nothing is looked
up for this; only for the folds of one page it is asked how many further copies there are, and which are a template's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from haystack.query import SQ

from search.naming import LogName, named
from search.sight import Answer, Sight
from search.standing import TEMPLATE, labels

Ask = Callable[[int, int], Answer]  # offset, size

# The first slice is so many times as long as what is wanted of it; each further one as what was looked at.
SLICE, FURTHER = 8, 3
MOST_LOOKED_AT = 20_000
MOST_TEMPLATES = 100  # of a page, hits that stand in templates
# A template's cell stands for its runs' unless one of them is better by a quarter: then what was asked for is there.
NEARLY = 0.75


@dataclass(frozen=True, slots=True)
class Fold:
    hits: Sequence[Any]  # as the engine gave them: those that can stand for all, the first first
    further: int  # hits besides the one that is shown
    score: float  # of the best


@dataclass(frozen=True, slots=True)
class FoldedPage:
    folds: Sequence[Fold]
    pages: int  # that are known of: one more than this where there is more
    answer: Answer  # to the first slice: with the count of all hits, and the facets


def folded_page(ask: Ask, sight: Sight, sought: SQ, page: int, size: int, *, is_ranked: bool) -> FoldedPage:
    """`ask` is for what is `sought`, in an order that stays the same from slice to slice."""
    last = page * size
    folds: dict[object, list[Any]] = {}
    answer = first = ask(0, (last + 1) * SLICE)
    looked_at = 0
    while answer.results:
        for result in answer.results:
            folds.setdefault(result.fold or result.id, []).append(result)
        looked_at += len(answer.results)
        if len(folds) > last or looked_at >= min(first.count, MOST_LOOKED_AT):
            break
        answer = ask(looked_at, looked_at * FURTHER)
    shown = dict(list(folds.items())[last - size : last])
    told = _told(sight, sought, shown, is_whole=looked_at >= first.count, is_ranked=is_ranked)
    pages = page + 1 if len(folds) > last else -(-len(folds) // size)
    return FoldedPage(told, pages, first)


def _told(
    sight: Sight, sought: SQ, folds: Mapping[object, Sequence[Any]], *, is_whole: bool, is_ranked: bool
) -> list[Fold]:
    counts = {key: len(members) for key, members in folds.items()}
    templates: Mapping[object, Sequence[Any]] = {}
    keys = [key for key, members in folds.items() if members[0].fold and not (is_whole and len(members) == 1)]
    if keys:
        within = sought & SQ(fold__in=keys)
        if not is_whole:
            counts |= dict(sight.ask(within, facets={"fold": {"limit": len(keys)}}).counted.get("fold", ()))
        if is_ranked:
            templates = _in_templates(sight, within)
    return [
        _fold(members, templates.get(key, ()), counts[key], is_ranked=is_ranked)
        for key, members in folds.items()
    ]


def _in_templates(sight: Sight, within: SQ) -> Mapping[object, Sequence[Any]]:
    """By fold. A template is one only to whoever may see a run of it."""
    found: defaultdict[object, list[Any]] = defaultdict(list)
    standing = SQ(standing__in=labels(TEMPLATE, sight.spaces))
    for result in sight.ask(within & standing, size=MOST_TEMPLATES).results:
        found[result.fold].append(result)
    return found


def _fold(members: Sequence[Any], templates: Sequence[Any], count: int, *, is_ranked: bool) -> Fold:
    best = max(each.score for each in members)
    if not is_ranked:
        return Fold(members, count - 1, best)
    of_templates = {each.id for each in templates}
    every = {each.id: each for each in (*members, *templates)}.values()
    ordered = sorted(
        every,
        key=lambda each: (
            each.score < NEARLY * best,
            each.id not in of_templates,
            isinstance(named(each.id), LogName),
        ),
    )
    return Fold(ordered, max(count, len(every)) - 1, best)
