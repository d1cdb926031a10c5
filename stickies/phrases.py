"""What is said of one note after the other, as markup in the reader's language: looked up and escaped once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from notebooks.rendering import SafeHtml, safe, written
from stickies.matching import Means
from stickies.models import Channel, Kind
from stickies.outdated import Fit

_BADGE = ' <span class="note-{}">{}</span>'
_MARK = '<p class="note-mark{}">{}</p>'
_COUNT = ' <span class="note-count" title="{}">'


@dataclass(frozen=True, slots=True)
class Phrases:
    kinds: Mapping[str, SafeHtml]
    channels: Mapping[str, SafeHtml]
    # What a closed thread's line says.
    done: SafeHtml
    new: SafeHtml
    everywhere: SafeHtml
    unfit: Mapping[Fit, SafeHtml]
    replies: SafeHtml  # the beginning of their number
    open: SafeHtml
    # What the thread says.
    means: Mapping[Means, SafeHtml]
    elsewhere: SafeHtml
    misfit: Mapping[Fit, SafeHtml]
    misfit_of_old: SafeHtml  # on the page of an old revision
    difference: SafeHtml
    removed: SafeHtml
    edited: SafeHtml
    reply: SafeHtml
    resolve: SafeHtml
    reopen: SafeHtml
    edit: SafeHtml
    delete: SafeHtml


def phrases() -> Phrases:
    return _phrases_in(get_language())


@cache
def _phrases_in(_language: str | None) -> Phrases:
    """Of the active language, whose name is the key."""
    return Phrases(
        kinds={kind.value: safe(str(kind.label)) for kind in Kind},
        channels={each.value: written(' <span class="chip">{}</span>', each.label) for each in Channel},
        done=written(_BADGE, "done", _("resolved")),
        new=written(_BADGE, "new", _("new")),
        everywhere=written(_BADGE, "reach", _("at every copy")),
        unfit={
            Fit.OTHER: written(_BADGE, "unfit", _("other text")),
            Fit.OLDER: written(_BADGE, "unfit", _("older text")),
        },
        replies=written(_COUNT, _("Replies")),
        open=safe(_("Open the thread")),
        means={
            Means.JOINED: written(
                _MARK, "", _("Written at a cell that this one descends from, or that descends from it.")
            ),
            Means.ALIKE: written(
                _MARK, " weak", _("Written at a cell that is only alike: it may not fit here.")
            ),
            Means.TEXT: written(_MARK, "", _("Written at a cell with the same text.")),
        },
        elsewhere=safe(_("Written at another copy")),
        misfit={
            Fit.OTHER: safe(_("Written at a copy with other text.")),
            Fit.OLDER: safe(_("Written for an older text.")),
        },
        misfit_of_old=safe(_("Written for another text of this cell.")),
        difference=safe(_("Difference")),
        removed=written('<p class="note-removed">{}</p>', _("This note was deleted.")),
        edited=safe(_("edited")),
        reply=safe(_("Reply")),
        resolve=written(' value="resolved">{}', _("Resolve")),
        reopen=written(' value="open">{}', _("Reopen")),
        edit=safe(_("Edit")),
        delete=safe(_("Delete")),
    )
