"""Follows the notebooks: in which of them executions ran, and what they tell of executions themselves.

Run twice, late, out of order or killed, it ends the same. One process at a time, since many notebooks may tell of one
row.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from execlogs import linking, testimony
from execlogs.models import Due, Ring
from notebooks.alone import alone
from notebooks.patience import Pending

NOTEBOOKS_AT_ONCE = 200


def pending() -> Pending:
    return Pending.of(Due.objects.all())


def catch_up() -> int:
    """Looks again at all notebooks that are due; says how many those were. Waits while another process does."""
    Ring.objects.all().delete()  # what becomes due from here on rings again
    done = 0
    with alone(Path(settings.DATA) / "executions.lock"):
        while due := dict(Due.objects.order_by("pk").values_list("pk", "notebook_id")[:NOTEBOOKS_AT_ONCE]):
            notebooks = set(due.values())
            testimony.hear(notebooks)
            linking.relink(notebooks)
            _forget(list(due))
            done += len(notebooks)
    return done


def _forget(due: Sequence[int]) -> None:
    Due.objects.filter(pk__in=due).delete()
