"""The notes of a page beside their cells."""

from collections.abc import Iterator, Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from stickies.outdated import Fit
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


@register.simple_tag
def put_away(each: ShownNote) -> SafeString:
    """Its first line, as _aside.html has it. Of these a page may have hundreds: a template takes ten times as long."""
    note = each.note
    marks = list(_marks(each))
    return format_html(
        '<details class="note {}{}" data-note="{}"><summary>'
        '<span class="note-head"><b class="note-kind">{}</b>{}</span>'
        ' <span class="note-line">{}</span></summary><div class="note-body"{}>'
        '<p data-note-later="{}"><a href="{}">{}</a></p></div></details>',
        note.kind,
        " resolved" if each.is_resolved else "",
        note.pk,
        note.get_kind_display(),
        format_html_join("", ' <span class="note-{}">{}</span>', marks) if marks else "",
        each.line or "…",
        format_html(' id="note-{}"', note.pk) if each.is_first else "",
        each.spot,
        each.url,
        _("Open the thread"),
    )


def _marks(each: ShownNote) -> Iterator[tuple[str, str]]:
    """Name, and what is said."""
    if each.is_resolved:
        yield "done", _("resolved")
    if each.fit is not Fit.FITS:
        yield "unfit", _("other text") if each.fit is Fit.OTHER else _("older text")
    if each.is_unread:
        yield "new", _("new")
    if each.replies:
        yield "count", str(len(each.replies))


@register.filter
def asides(standing: Sequence[ShownNote]) -> list[ShownNote]:
    """What stands closed beside it."""
    return [each for each in standing if not each.is_warning]
