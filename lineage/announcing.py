"""What lineage announces. Receivers write rows that say what is due, inside the sender's transaction."""

from collections.abc import Collection

from django.dispatch import Signal

from lineage.models import RunOf

# Notebooks became runs, or templates, or are none any more. kwargs: pks (Collection[int])
standing_changed = Signal()


def announce(pks: Collection[int]) -> None:
    if pks:
        standing_changed.send(RunOf, pks=pks)
