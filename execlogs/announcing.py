"""What the executions announce. Receivers write rows that say what is due, inside the sender's transaction."""

from collections.abc import Collection

from django.dispatch import Signal

from execlogs.models import Execution

# Executions were stored, changed, or let go. kwargs: pks (Collection[int])
executions_changed = Signal()


def announce(pks: Collection[int]) -> None:
    if pks:
        executions_changed.send(Execution, pks=pks)
