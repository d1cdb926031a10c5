"""Resolving many threads at once: each by itself, so one that cannot be holds up no other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lineage.families.naming import first_line
from stickies.models import Note
from stickies.refusals import Refused
from stickies.writing import resolve

MOST = 200  # at once


@dataclass(slots=True)
class Settled:
    done: int = 0
    before: int = 0  # somebody did it meanwhile
    missing: int = 0  # not to be seen, or no threads
    refused: list[tuple[Note, str]] = field(default_factory=list)

    def sentences(self) -> Iterator[str]:
        """What could not be done, and why."""
        if self.before:
            told = ngettext(
                "%(count)d note was resolved already.", "%(count)d notes were resolved already.", self.before
            )
            yield told % {"count": self.before}
        if self.missing:
            told = ngettext("%(count)d note is not there.", "%(count)d notes are not there.", self.missing)
            yield told % {"count": self.missing}
        for note, why in self.refused:
            line = first_line(note.body, is_code=False) or str(note.pk)
            yield _("“%(line)s” could not be resolved: %(why)s") % {"line": line, "why": why}


def resolve_all(pks: Collection[int], by: User) -> Settled:
    asked = sorted(set(pks))[:MOST]
    threads = Note.objects.visible_to(by).threads().filter(pk__in=asked)
    settled = Settled(missing=len(asked))
    for note in threads:
        settled.missing -= 1
        _resolve(note, by, settled)
    return settled


def _resolve(note: Note, by: User, settled: Settled) -> None:
    if note.resolved_at is not None:
        settled.before += 1
        return
    try:
        resolve(note, by)
    except Refused as refused:
        settled.refused.append((note, str(refused)))
    else:
        settled.done += 1
