"""Why something was not taken for an execution, in words. Rows and answers keep the code."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class LogRefusal(models.TextChoices):
    EMPTY = (
        "log_empty",
        _("The log is empty: the cell still runs, or its kernel was killed. It is read again when it grows."),
    )
    UNFINISHED = (
        "log_unfinished",
        _("The log breaks off before it says when it began. It is read again when it grows."),
    )
    NOT_LOG = "not_log", _("This is no log of lc_wrapper.")
    NOT_JSON = "not_json_history", _("The history beside the logs is not JSON: it may be half written.")
    NOT_HISTORY = "not_history", _("This is JSON, but no history of executions.")
    NO_TIME = "log_no_time", _("The log does not say when the execution began.")
    TOO_LARGE = "log_too_large", _("The log is larger than the limit, OPSNOTES_MAX_NOTEBOOK_MB.")
    NO_TEXT = "no_text", _("There is no log in this: it wants a “log” with the whole text of a .log file.")
    UNREADABLE = "log_unreadable", _("The log could not be read where it lies. Look at its permissions.")


# What parsing calls it.
_PARSING = {
    "empty": LogRefusal.EMPTY,
    "unfinished": LogRefusal.UNFINISHED,
    "not_log": LogRefusal.NOT_LOG,
    "not_json": LogRefusal.NOT_JSON,
    "not_history": LogRefusal.NOT_HISTORY,
    "no_time": LogRefusal.NO_TIME,
}


def refusal_of(code: str) -> LogRefusal:
    """The code that rows keep, of one that parsing gave."""
    return _PARSING[code]


def explain_log(code: str, detail: str = "") -> str:
    """The sentence for a code, in the reader's language."""
    sentence = str(dict(LogRefusal.choices).get(code, code))
    if not detail:
        return sentence
    return gettext("%(sentence)s (%(detail)s)") % {"sentence": sentence, "detail": detail}
