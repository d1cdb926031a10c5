"""The notes of a page beside their cells."""

from collections.abc import Iterable, Sequence

from django import template
from django.template import Context

from notebooks.rendering import SafeHtml
from stickies.markup import Markup
from stickies.shown import ShownNote
from stickies.standing import NotesOn

register = template.Library()


@register.filter
def standing_at(notes: NotesOn | str, index: int) -> Sequence[ShownNote]:
    """None on pages that do not show them."""
    return notes.at.get(index, ()) if isinstance(notes, NotesOn) else ()


@register.simple_tag(takes_context=True)
def warnings(context: Context, standing: Iterable[ShownNote]) -> SafeHtml:
    """What stands open above the cell."""
    return _markup(context).warnings(standing)


@register.simple_tag(takes_context=True)
def asides(context: Context, standing: Iterable[ShownNote]) -> SafeHtml:
    """What stands closed beside it."""
    return closed(context, [each for each in standing if not each.is_warning])


@register.simple_tag(takes_context=True)
def closed(context: Context, notes: Iterable[ShownNote]) -> SafeHtml:
    """Hazards too."""
    return _markup(context).closed(notes)


@register.simple_tag(takes_context=True)
def thread(context: Context, each: ShownNote) -> SafeHtml:
    return _markup(context).thread(each)


def _markup(context: Context) -> Markup:
    return Markup(is_old=bool(context.get("is_old")), is_titled=bool(context.get("is_titled")))
