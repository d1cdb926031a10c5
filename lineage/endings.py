"""How a piece of work ended, in words and as a shape."""

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lineage.panorama.lanes import Mark, Work
from notebooks.verdict import Ending

# The class of its status and of its mark; each has a shape of its own.
SHAPES = {
    Ending.DONE: "ok",
    Ending.STOPPED: "err",
    Ending.OPEN: "part",
    Ending.NEVER: "none",
    Ending.NOTHING: "none",
}


def ending_of(work: Work) -> str:
    """As lists of runbooks say it: "stopped at 5"."""
    if work.ending is Ending.STOPPED:
        return _("stopped at %(step)s") % {"step": work.stopped_step}
    if work.ending is Ending.OPEN:
        return _("%(ran)s of %(total)s") % {"ran": work.ran, "total": work.steps}
    return _("done") if work.ending is Ending.DONE else _("not run")


def told(mark: Mark) -> str:
    """What a mark stands for: who, when, and how it ended; of several how many, and the worst of them."""
    latest = mark.works[0]
    who = ", ".join(dict.fromkeys(work.who or _("somebody") for work in mark.works))
    if len(mark.works) == 1:
        return f"{who}, {localtime(latest.at):%Y-%m-%d %H:%M}: {ending_of(latest)}"
    times = ngettext("%(count)d time", "%(count)d times", len(mark.works)) % {"count": len(mark.works)}
    worst = next(work for work in mark.works if work.ending is mark.ending)
    first, last = localtime(mark.works[-1].at), localtime(latest.at)
    return f"{who}, {first:%Y-%m-%d} – {last:%Y-%m-%d}: {times}, {ending_of(worst)}"
