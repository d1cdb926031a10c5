"""What the index knows of templates and runs: for `is:template`, `is:run`.

That a runbook has runs, or is one, is told only to who may see both sides. So the index holds of each in which spaces
the other side is, and a search asks for those that the person may read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from lineage.models import RunOf
from notebooks.portions import portions

TEMPLATE, RUN = "template", "run"
_AT_ONCE = 500


def standings_of(notebooks: Collection[int]) -> Mapping[int, set[str]]:
    """The labels of those that are templates or runs."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for some in portions(notebooks, _AT_ONCE):
        alive = RunOf.objects.filter(notebook__deleted_at=None, template__deleted_at=None).order_by()
        for pk, space in alive.filter(notebook__in=some).values_list("notebook_id", "template__space_id"):
            found[pk].add(_label(RUN, space))
        templates = alive.filter(template__in=some).values_list("template_id", "notebook__space_id")
        for pk, space in templates.distinct():
            found[pk].add(_label(TEMPLATE, space))
    return found


def labels(standing: str, spaces: Iterable[int]) -> list[str]:
    """Of a template, or a run, to somebody who may read these spaces."""
    return [_label(standing, space) for space in spaces]


def _label(standing: str, space: int) -> str:
    return f"{standing}@{space}"
