"""How far the index is behind, and how that is said: to the one who asks, of nothing but what they may see."""

import math
from datetime import datetime, timedelta

from django.db.models import Exists, Min, OuterRef
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from execlogs.models import Execution
from notebooks.models import Notebook
from notebooks.models.space import Viewer
from search.models import Due, DueLog, DueNote
from stickies.models import Note

A_MINUTE = 60
SAID_IN_SECONDS = 2 * A_MINUTE


def lag_of(viewer: Viewer) -> timedelta | None:
    """How long the oldest change waits that they may see; None where nothing does."""
    since = [moment for moment in _waiting_since(viewer) if moment]
    return timezone.now() - min(since) if since else None


def said(lag: timedelta | None) -> str:
    if lag is None:
        return gettext("The index is up to date")
    seconds = max(math.ceil(lag.total_seconds()), 1)
    if seconds < SAID_IN_SECONDS:
        return ngettext(
            "Search is %(n)s second behind", "Search is %(n)s seconds behind", seconds
        ) % {"n": seconds}  # fmt: skip
    minutes = seconds // A_MINUTE
    return ngettext("Search is %(n)s minute behind", "Search is %(n)s minutes behind", minutes) % {
        "n": minutes
    }


def _waiting_since(viewer: Viewer) -> list[datetime | None]:
    """Of each kind. What waits is looked up one by one: there may be a million executions, and few that wait."""
    notebooks = Notebook.objects.visible_to(viewer).alive().filter(pk=OuterRef("notebook_id"))
    notes = Note.objects.visible_to(viewer).alive().filter(pk=OuterRef("note_id"))
    executions = Execution.objects.visible_to(viewer).filter(pk=OuterRef("execution_id"))
    return [
        due.aggregate(oldest=Min("since"))["oldest"]
        for due in (
            Due.objects.filter(Exists(notebooks)),
            DueNote.objects.filter(Exists(notes)),
            DueLog.objects.filter(Exists(executions)),
        )
    ]
