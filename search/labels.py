"""The words that the interface uses for what the index knows by key."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stickies.models import Kind

KINDS: dict[str, str | Promise] = {
    "notebook": _("runbook"),
    "code": _("code"),
    "markdown": _("text"),
    "raw": _("raw text"),
    "note": _("note"),
}
STATUSES: dict[str, str | Promise] = {
    "ok": _("succeeded"),
    "error": _("failed"),
    "not_run": _("not run"),
}
# The shape that stands for a status; see static/css/base.css.
STATUS_MARKS = {"ok": "ok", "error": "err", "not_run": "none"}
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
}
FACETS: dict[str, str | Promise] = {
    "kind": _("Kind"),
    "note": _("Notes"),
    "status": _("Outcome"),
    "year": _("Year"),
    "space": _("Space"),
    "owner": _("Who"),
    "language": _("Language"),
}
_LABELS: dict[str, Mapping[str, str | Promise]] = {
    "kind": KINDS,
    "note": {kind.value: kind.label for kind in Kind},
    "status": STATUSES,
}


def label(facet: str, value: str, name: str) -> str:
    """How a value of a facet is shown; `name` where the interface has no word of its own."""
    return str(_LABELS.get(facet, {}).get(value, name))
