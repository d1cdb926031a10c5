"""What executions tell of a cell, beside it: a line on its history, and its truth marks. A page has hundreds.

Every value goes through written(), which escapes it; the forms are constants.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from execlogs.history.record import History, Past
from execlogs.history.truth import Kind, Mark
from execlogs.models import Status
from execlogs.templatetags.executions import lasted
from notebooks.rendering import SafeHtml, joined, written
from notebooks.templatetags.moments import exact

_GLANCE = '<div class="ran {}">{}<p>{}</p></div>'
_STRIP = '<span class="bricks ran-strip" role="img" aria-label="{}">{}</span>'
_BRICKS = {
    Status.OK: SafeHtml('<i class="ok"></i>'),
    Status.ERROR: SafeHtml('<i class="err"></i>'),
    Status.ABORTED: SafeHtml('<i class="none"></i>'),
    Status.RUNNING: SafeHtml('<i class="open"></i>'),
    Status.UNKNOWN: SafeHtml('<i class="open"></i>'),
}
_OPENER = '<a class="ran-more" href="{}" data-ran>{}</a>{}'
_LAST = ' · {} <a href="{}">{}</a>{}'
_NAMES: dict[Kind, Promise] = {  # what the closed mark says
    Kind.NEVER: gettext_lazy("never run"),
    Kind.CLEARED: gettext_lazy("ran, output cleared"),
    Kind.CHANGED: gettext_lazy("changed since it ran"),
    Kind.ORDER: gettext_lazy("ran before step %(step)s"),
    Kind.AFTER_FAILURE: gettext_lazy("ran after step %(step)s failed"),
    Kind.OLD: gettext_lazy("older than %(days)s days"),
}
_WHYS: dict[Kind, Promise] = {
    Kind.NEVER: gettext_lazy("Neither an output nor a log of this copy tells of an execution."),
    Kind.CLEARED: gettext_lazy("A log tells that it ran here, last on %(at)s. Its output was cleared since."),
    Kind.CHANGED: gettext_lazy(
        "The log of the run that left this output, on %(at)s, has other code than stands here now."
    ),
    Kind.ORDER: gettext_lazy(
        "Step %(step)s, above it, was run again later: this output may rest on what was there before."
    ),
    Kind.AFTER_FAILURE: gettext_lazy(
        "Step %(step)s, above it, had failed when this ran, and was passed over."
    ),
    Kind.OLD: gettext_lazy("It ran on %(at)s. What it shows may have changed since."),
}
_MEME = "MEME"  # in the address of any history; a cell's id is put in its place
_WORTH_SAYING = timedelta(seconds=1)  # of how long it takes
_MARK = '<details class="truth {}"><summary>{}</summary><p>{}</p></details>'


@dataclass(frozen=True, slots=True)
class Glances:
    """Histories of a page's cells, a line each. Addresses are looked up once: that takes longer than all else."""

    histories: str = field(default_factory=lambda: reverse("cell-history", args=[_MEME]))
    executions: str = field(default_factory=lambda: reverse("execution", args=[0]))

    def of(self, history: History, meme: str) -> SafeHtml | str:
        """Whether it ever failed, in a line; '' of what never ran."""
        if not history.ran:
            return ""
        edge = "err-edge" if history.failed else "ok-edge" if history.ok else "no-edge"
        url = self.histories.replace(_MEME, meme)
        return written(
            _GLANCE, edge, strip(history), written(_OPENER, url, said(history), self._more(history))
        )

    def _more(self, history: History) -> SafeHtml | str:
        if history.failed:
            failed = self._last(_("last on"), history.last_error)
            return joined((failed, self._last(_("last success"), history.last_ok)))
        typical = history.typical
        if typical is None or typical < _WORTH_SAYING:
            return ""
        return written(" · {} {}", _("usually"), lasted(typical))

    def _last(self, words: str, past: Past | None) -> SafeHtml | str:
        if past is None:
            return ""
        who = " " + _("by %(who)s") % {"who": past.who} if past.who else ""
        url = self.executions.replace("/0/", f"/{past.pk}/")
        return written(_LAST, words, url, f"{timezone.localtime(past.at):%Y-%m-%d}", who)


def said(history: History) -> str:
    """ "Never failed in 23 runs", "Failed 4 of 23 runs": in words, for any place."""
    ran = history.ran
    number = _("more than %(n)s") % {"n": f"{ran:,}"} if history.is_capped else f"{ran:,}"
    many = {"n": number, "failed": f"{history.failed:,}"}
    if history.failed:
        return ngettext("Failed in its one run", "Failed %(failed)s of %(n)s runs", ran) % many
    if not history.ok:
        return ngettext("Ran once, its end is not told", "Ran %(n)s times, no end is told", ran) % many
    if history.open:
        return ngettext("No failure known in %(n)s run", "No failure known in %(n)s runs", ran) % many
    return ngettext("Never failed in %(n)s run", "Never failed in %(n)s runs", ran) % many


def strip(history: History) -> SafeHtml:
    """The last outcomes, the oldest first."""
    return _strip(get_language(), tuple(history.statuses))


@lru_cache(maxsize=2_000)
def _strip(_language: str | None, statuses: tuple[Status, ...]) -> SafeHtml:
    """In the active language, whose name is part of the key: most cells' strips are alike."""
    parts = ", ".join(f"{statuses.count(status)} {status.label}" for status in Status if status in statuses)
    told = _("The last %(n)d, the oldest first: %(parts)s") % {"n": len(statuses), "parts": parts}
    return written(_STRIP, told, joined(_BRICKS[status] for status in statuses))


def marks(some: Iterable[Mark]) -> SafeHtml:
    return joined(
        written(_MARK, mark.kind, str(_NAMES[mark.kind]) % _values(mark), _why(mark)) for mark in some
    )


def _why(mark: Mark) -> str:
    """What it says when it is opened."""
    told = str(_WHYS[mark.kind]) % _values(mark)
    if not mark.below:
        return told
    below = ngettext(
        "The same is true of %(n)d cell below.", "The same is true of %(n)d cells below.", mark.below
    )
    return f"{told} {below % {'n': mark.below}}"


def _values(mark: Mark) -> dict[str, object]:
    return {
        "step": mark.because.step if mark.because else "",
        "at": exact(mark.at) or _("an unknown day"),
        "days": settings.STALE_DAYS,
    }
