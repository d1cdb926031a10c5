"""Why a note is not taken as it is. Each says so in a sentence for the person who wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from stickies.models import Note


class Refused(Exception):
    """Nothing was written."""


class NotAllowed(Refused):
    """This person may not do it."""


class Unfit(Refused):
    """What was written cannot be a note."""


class TooFast(Refused):
    """Too many in too short a time."""

    def __init__(self, most: int, seconds: int) -> None:
        super().__init__(
            ngettext(
                "That was quick: at most %(most)d note is taken from one person in a minute.",
                "That was quick: at most %(most)d notes are taken from one person in a minute.",
                most,
            )
            % {"most": most}
            + " "
            + ngettext(
                "Nothing is lost; send it again in %(seconds)d second.",
                "Nothing is lost; send it again in %(seconds)d seconds.",
                seconds,
            )
            % {"seconds": seconds}
        )
        self.seconds = seconds


class Changed(Refused):
    """Somebody else changed the note after this person began to edit it."""

    def __init__(self, note: Note) -> None:
        super().__init__(
            _("Somebody changed this note while you were editing it. Both texts are below; nothing is lost.")
        )
        self.note = note  # as it is now


class Gone(Refused):
    """The note was deleted meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("This note was deleted meanwhile."))
