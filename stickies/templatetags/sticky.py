"""The notes of a page beside their cells."""

from collections.abc import Sequence

from django import template

from stickies.shown import ShownNote
from stickies.standing import NotesOn

register = template.Library()


@register.filter
def standing_at(notes: NotesOn | str, index: int) -> Sequence[ShownNote]:
    """None on pages that do not show them."""
    return notes.at.get(index, ()) if isinstance(notes, NotesOn) else ()


@register.filter
def warnings(standing: Sequence[ShownNote]) -> list[ShownNote]:
    """What stands open above the cell."""
    return [each for each in standing if each.is_warning]


@register.filter
def asides(standing: Sequence[ShownNote]) -> list[ShownNote]:
    """What stands closed beside it."""
    return [each for each in standing if not each.is_warning]
