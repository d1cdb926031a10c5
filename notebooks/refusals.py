"""Why a file was not taken, in words, and what to do about it.

Rows keep the code and the detail, so that everybody reads the reason in their own language.
"""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Refusal(models.TextChoices):
    EMPTY = "empty", _("The file is empty. Save the notebook again and upload it once more.")
    ENCODING = (
        "encoding",
        _("The file is not UTF-8 text. Open it in Jupyter, save it and upload it once more."),
    )
    NOT_JSON = (
        "not_json",
        _("The file is not JSON, so it is no notebook: it may have been cut off in transfer."),
    )
    NOT_NOTEBOOK = "not_notebook", _("This is JSON, but no notebook: it has no nbformat and cells.")
    NO_CELLS = (
        "no_cells",
        _("The notebook's cells are not a list of cells. Open it in Jupyter and save it again."),
    )
    TOO_DEEP = "too_deep", _("The JSON is nested too deeply to be a notebook.")
    NBFORMAT = "nbformat", _("This notebook format is not known here; formats 3 and 4 are read.")
    TOO_LARGE = (
        "too_large",
        _("The file is larger than the limit. Clear large outputs, or raise OPSNOTES_MAX_NOTEBOOK_MB."),
    )
    ARCHIVE_TOO_LARGE = (
        "archive_too_large",
        _(
            "Unpacked, the archive is larger than the limit. Upload it in parts, or raise OPSNOTES_MAX_ARCHIVE_MB."
        ),
    )
    ARCHIVE_BROKEN = "archive_broken", _("The zip cannot be read. Make it again and upload it once more.")
    ARCHIVE_BOMB = "archive_bomb", _("The file unpacks to far more than its size says; it was not unpacked.")
    ARCHIVE_ENCRYPTED = "archive_encrypted", _("The file is encrypted. Upload it without a password.")
    ARCHIVE_NESTED = "archive_nested", _("A zip inside a zip is not opened. Upload the inner one by itself.")
    UNSAFE_PATH = "unsafe_path", _("The path leads out of its folder. Use a relative path without “..”.")
    PATH_TOO_LONG = "path_too_long", _("The path is longer than 1,000 characters. Shorten the folder names.")
    DUPLICATE_PATH = "duplicate_path", _("Another file of this upload has the same path. Rename one of them.")
    KIND = "kind", _("Only notebooks, zips, README.md, README.svg and images are kept. Leave this file out.")
    UNREADABLE = "unreadable", _("The file could not be read where it lies. Look at its permissions.")
    DISK_FULL = (
        "disk_full",
        _("The server’s disk is full. Whoever runs it has to make room; then try again."),
    )
    BYTES_MISSING = "bytes_missing", _("The file's bytes are no longer on this server. Upload it once more.")
    NOT_ALLOWED = "not_allowed", _("You may no longer write to this space. Ask one of its writers.")
    KILLED = (
        "killed",
        _(
            "Reading this file ended its worker three times. Retry, and tell your administrator if it happens again."
        ),
    )
    SUPERSEDED = (
        "superseded",
        _("A later upload of this path is in already, so this one was not tried again."),
    )
    HELD = (
        "held",
        _("This folder is filled by a source; put the file where the source takes it from."),
    )
    INTERNAL = (
        "internal",
        _("Something went wrong here, not with your file. Retry; the server's log says more."),
    )


# Of what brings files in from above: its codes stand in the same rows.
_LEARNED: dict[str, str] = {}


def learn(codes: type[models.TextChoices]) -> None:
    """Says from now on what these codes mean, too. A code that is known here keeps its sentence."""
    _LEARNED.update(codes.choices)


def explain(code: str, detail: str) -> str:
    """The sentence for a row's code, with its detail; in the reader's language."""
    if not code:
        return ""
    known = _LEARNED | dict(Refusal.choices)
    sentence = str(known.get(code, code))
    return (
        gettext("%(sentence)s (%(detail)s)") % {"sentence": sentence, "detail": detail}
        if detail
        else sentence
    )
