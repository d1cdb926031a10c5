"""Days and marks as markup. Hundreds of them take a template far longer to write.

Every value goes through format_html(), which escapes it; the formats are constants.
"""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lineage.panorama.calendar import ShownDay
from lineage.panorama.shown import ShownMark, ShownTrack

_DAY = (
    '<a href="{}" tabindex="-1"><title>{}</title>'
    '<rect class="h{}" x="{}" y="{}" width="{}" height="{}" rx="2"/></a>'
)
_TRACK = '<text class="lane-who" y="{}">{}<title>{}</title></text>{}'
_MARK = '<a href="{}" tabindex="-1"><title>{}</title><g transform="translate({} {})">{}{}</g></a>'
_COUNT = '<text class="mark-count on-{}" y="3.5">{}</text>'
# How work ended: each a shape of its own around 0, 0.
_SHAPES = {
    "ok": format_html('<circle class="mark ok" r="{}"/>', 6),
    "err": format_html('<path class="mark err" d="{}"/>', "M0 -7.5L7.5 0L0 7.5L-7.5 0z"),
    "part": format_html(
        '<circle class="mark ring" r="5.5"/><path class="mark part" d="{}"/>', "M0 -5.5a5.5 5.5 0 0 0 0 11z"
    ),
    "none": format_html('<circle class="mark ring" r="{}"/>', 5),
}


def days_markup(days: Iterable[ShownDay]) -> SafeString:
    return format_html_join("", _DAY, (_of_day(day) for day in days))


def tracks_markup(tracks: Iterable[ShownTrack]) -> SafeString:
    return format_html_join("", _TRACK, (_of_track(track) for track in tracks))


def shape_markup(shape: str) -> SafeString:
    return _SHAPES[shape]


def _of_day(day: ShownDay) -> tuple[object, ...]:
    square = day.square
    return day.url, day.label, square.level, square.x, square.y, square.size, square.size


def _of_track(track: ShownTrack) -> tuple[object, ...]:
    marks = format_html_join("", _MARK, (_of_mark(mark, track.track.y) for mark in track.marks))
    return track.name_y, track.name, track.whole_name, marks


def _of_mark(mark: ShownMark, y: int) -> tuple[object, ...]:
    count = format_html(_COUNT, mark.shape, mark.count) if mark.count > 1 else ""
    return mark.url, mark.label, mark.mark.x, y, _SHAPES[mark.shape], count
