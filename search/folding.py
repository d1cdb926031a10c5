"""Copies of one cell as one hit: pages of folds over the hits as they are ranked.

The engine is asked slice by slice until a page is full; mostly one is enough. It tells with each hit whose copy it is,
and beside the facets how many copies there are, so nothing is looked up for this; only which copies on one page are a
template's is asked apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from haystack.query import SQ

from search.engines.backend import Ranked
from search.naming import LOG
from search.sight import Answer, Counted, Sight
from search.standing import TEMPLATE, labels

Ask = Callable[[int, int], Answer]  # offset, size; with COUNTED among the facets from offset 0

# The first slice is so many times as long as what is wanted of it; each further one as what was looked at.
SLICE, FURTHER = 32, 3
MOST_LOOKED_AT = 20_000
MOST_TEMPLATES = 100  # of a page, hits that stand in templates
# The folds of so many hits are counted beside the facets; of more, those of one page apart. How many there are is not
# known before: so many may have the rarest word of a phrase.
MOST_COUNTED, AMONG = 4_000, 20_000
COUNTED: Mapping[str, Mapping[str, int]] = {"fold": {"limit": MOST_COUNTED, "among": AMONG}}
MOST_STANDING = 6  # of a fold, hits of which one is taken to stand for it
# A template's cell stands for its runs' unless one of them is better by a quarter: then what was asked for is there.
NEARLY = 0.75


@dataclass(frozen=True, slots=True)
class Fold:
    key: object
    hits: Sequence[Ranked]  # as the engine gave them: those that can stand for all, the first first
    known: int  # how many it has at least
    score: float  # of the best


@dataclass(frozen=True)
class FoldedPage:
    folds: Sequence[Fold]
    pages: int  # that are known of: one more than this where there is more
    answer: Answer  # to the first slice: with the count of all hits, and the facets
    counted: Counted  # with the hits of each fold, as far as they were not all looked at

    def further(self, fold: Fold) -> int:
        """Hits besides the one that is shown. To be asked late: the engine may still be counting."""
        return max(self._counts.get(fold.key, 0), fold.known) - 1

    @cached_property
    def _counts(self) -> Mapping[object, int]:
        return dict(self.counted.get("fold", ()))


def folded_page(ask: Ask, sight: Sight, sought: SQ, page: int, size: int, *, is_ranked: bool) -> FoldedPage:
    """`ask` is for what is `sought`, in an order that stays the same from slice to slice."""
    last = page * size
    folds: defaultdict[object, list[Ranked]] = defaultdict(list)
    answer = first = ask(0, (last + 1) * SLICE)
    looked_at = 0
    while answer.results:
        for result in answer.results:
            folds[result.fold or result.id].append(result)
        looked_at += len(answer.results)
        if len(folds) > last or looked_at >= min(first.count, MOST_LOOKED_AT):
            break
        answer = ask(looked_at, looked_at * FURTHER)
    shown = dict(islice(folds.items(), last - size, last))
    is_whole = looked_at >= first.count
    shared = [
        key for key, members in shown.items() if members[0].fold and not (is_whole and len(members) == 1)
    ]
    within = sought & SQ(fold__in=shared)
    templates = _in_templates(sight, within) if shared and is_ranked else {}
    told = [
        _fold(key, members, templates.get(key, ()), is_ranked=is_ranked) for key, members in shown.items()
    ]
    pages = page + 1 if len(folds) > last else -(-len(folds) // size)
    counted = {} if is_whole or not shared else _counted(sight, within, len(shared), first)
    return FoldedPage(told, pages, first, counted)


def _counted(sight: Sight, within: SQ, size: int, first: Answer) -> Counted:
    """Begun now; whoever looks at it waits."""
    if first.count <= MOST_COUNTED and "fold" in first.counted:
        return first.counted
    return sight.ask(within, facets={"fold": {"limit": size}}).counted


def _in_templates(sight: Sight, within: SQ) -> Mapping[object, Sequence[Ranked]]:
    """By fold. A template is one only to whoever may see a run of it."""
    found: defaultdict[object, list[Ranked]] = defaultdict(list)
    standing = SQ(standing__in=labels(TEMPLATE, sight.spaces))
    for result in sight.ask(within & standing, size=MOST_TEMPLATES).results:
        found[result.fold].append(result)
    return found


def _fold(key: object, members: Sequence[Ranked], templates: Sequence[Ranked], *, is_ranked: bool) -> Fold:
    best = max(each.score for each in members)
    standing = members[:MOST_STANDING]
    if not is_ranked:
        return Fold(key, standing, len(members), best)
    of_templates = {each.id for each in templates}
    every = {each.id: each for each in (*standing, *templates)}.values()
    ordered = sorted(
        every,
        key=lambda each: (
            each.score < NEARLY * best,
            each.id not in of_templates,
            each.id.startswith(LOG),
        ),
    )
    return Fold(key, ordered, max(len(members), len(every)), best)
