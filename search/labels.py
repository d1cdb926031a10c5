"""The words that the interface uses for what the index knows by key."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from search.language.reading import Advice, Hint
from stickies.models import Kind

KINDS: dict[str, str | Promise] = {
    "notebook": _("runbook"),
    "code": _("code"),
    "markdown": _("text"),
    "raw": _("raw text"),
    "note": _("note"),
    "log": _("log"),
}
STATUSES: dict[str, str | Promise] = {
    "ok": _("succeeded"),
    "error": _("failed"),
    "not_run": _("not run"),
    "aborted": _("not begun"),
    "running": _("no end recorded"),
    "unknown": _("end not told"),
}
# The shape that stands for a status; see static/css/base.css.
STATUS_MARKS = {
    "ok": "ok",
    "error": "err",
    "not_run": "none",
    "aborted": "none",
    "running": "none",
    "unknown": "none",
}
# What ansible says of a host.
OUTCOMES: dict[str, str | Promise] = {
    "ok": _("ok"),
    "changed": _("changed"),
    "failed": _("failed"),
    "unreachable": _("unreachable"),
    "skipped": _("skipped"),
}
FIELDS: dict[str, str | Promise] = {
    "title": _("title"),
    "heading": _("heading"),
    "code": _("code"),
    "text": _("text"),
    "error": _("error"),
    "output": _("output"),
    "path": _("path"),
    "owner": _("owner"),
    "meme": _("MEME"),
    "note": _("what is known of the note"),
    "log": _("what is known of the execution"),
}
FACETS: dict[str, str | Promise] = {
    "kind": _("Kind"),
    "note": _("Notes"),
    "status": _("Outcome"),
    "year": _("Year"),
    "space": _("Space"),
    "owner": _("Who"),
    "language": _("Language"),
    "host": _("Host"),
    "tag": _("Tag"),
}
_LABELS: dict[str, Mapping[str, str | Promise]] = {
    "kind": KINDS,
    "note": {kind.value: kind.label for kind in Kind},
    "status": STATUSES,
}


def label(facet: str, value: str, name: str) -> str:
    """How a value of a facet is shown; `name` where the interface has no word of its own."""
    return str(_LABELS.get(facet, {}).get(value, name))


_HINTS: dict[Hint, str | Promise] = {
    Hint.UNKNOWN_FIELD: _("There is no field “%(text)s”: it was searched as text."),
    Hint.UNKNOWN_VALUE: _("“%(text)s” means nothing to its field: it was searched as text."),
    Hint.NO_VALUE: _("Write what “%(text)s” should be right behind it, without a blank."),
    Hint.OPEN_QUOTE: _("A quote is not closed: the words were searched one by one."),
    Hint.OPEN_BRACKET: _("A bracket is not closed: it was closed at the end."),
    Hint.LONE_OPERATOR: _("“%(text)s” has nothing on one of its sides: it was searched as a word."),
    Hint.TOO_MUCH: _("This is more than one search takes: what goes beyond was left out."),
}


def hint(advice: Advice) -> str:
    return str(_HINTS[advice.hint]) % {"text": advice.text}
