"""How executions and sittings ended, and who tells of them, in words; each with a shape of base.css."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from execlogs.models import Execution, Status, Witness
from execlogs.sittings import Ending, Sitting


class Said(NamedTuple):
    words: str
    shape: str  # of .status: ok, err, none, or '' for what is neither


SHAPES = {
    Status.OK: "ok",
    Status.ERROR: "err",
    Status.ABORTED: "none",
    Status.RUNNING: "",
    Status.UNKNOWN: "",
}
_WITNESSES: dict[Witness, Promise] = {
    Witness.LOG: gettext_lazy("lc_wrapper's log file"),
    Witness.JSON: gettext_lazy("lc_wrapper's history of the cell"),
    Witness.HTTP: gettext_lazy("a log sent over HTTP"),
    Witness.STREAM: gettext_lazy("a log streamed by fluentd"),
    Witness.NOTEBOOK: gettext_lazy("the notebook itself"),
}


def said_of(execution: Execution) -> Said:
    status = Status(execution.status)
    return Said(str(status.label), SHAPES[status])


def said_of_sitting(sitting: Sitting) -> Said:
    failed = sitting.failed
    shape, words = {
        Ending.CLEAN: ("ok", _("all succeeded")),
        Ending.MENDED: ("ok", ngettext("%(n)d failed, then mended", "%(n)d failed, then mended", failed)),
        Ending.PASSED: ("", ngettext("%(n)d failed, went on", "%(n)d failed, went on", failed)),
        Ending.STOPPED: ("err", _("stopped at a failure")),
        Ending.OPEN: ("", _("no end recorded")),
        Ending.UNTOLD: ("", _("no failure recorded")),
    }[sitting.ending]
    return Said(words % {"n": failed} if "%(n)d" in words else words, shape)


def witnesses_of(execution: Execution) -> list[str]:
    return [str(words) for witness, words in _WITNESSES.items() if execution.witnesses & witness]
