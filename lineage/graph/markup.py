"""Boxes and lines of a drawn graph as markup. A hundred of them take a template far longer to write.

Every value goes through format_html(), which escapes it; the formats are constants.
"""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lineage.graph.drawing import DrawnBox, DrawnLine

_LINE = (
    '<a class="graph-line w{}{}" href="{}" aria-label="{}"><title>{}</title><path class="graph-grip" d="{}"/>'
    '<path class="graph-path" d="{}"/><path class="graph-arrow" d="{}"/>'
    '<text class="graph-number" x="{}" y="{}" text-anchor="{}">{}</text></a>'
)
_BOX = (
    '<a class="graph-box{}" href="{}" aria-label="{}"><title>{}</title>{}'
    '<rect x="{}" y="{}" width="{}" height="{}" rx="6"/>'
    '<text class="graph-name" x="{}" y="{}">{}</text><text class="graph-place" x="{}" y="{}">{}</text></a>'
)
_BEHIND = '<rect class="graph-behind" x="{}" y="{}" width="{}" height="{}" rx="6"/>'
LOOKS_OUT = 4  # of a second box behind one that stands for several


def lines_markup(lines: Iterable[DrawnLine]) -> SafeString:
    return format_html_join("", _LINE, (_of_line(line) for line in lines))


def boxes_markup(boxes: Iterable[DrawnBox]) -> SafeString:
    return format_html_join("", _BOX, (_of_box(box) for box in boxes))


def _of_line(line: DrawnLine) -> tuple[object, ...]:
    number = (line.number_x, line.number_y, line.number_anchor, line.number)
    path = line.path
    kind = " likely" if line.is_likely else ""
    return (line.weight, kind, line.url, line.label, line.label, path, path, line.arrow, *number)


def _of_box(drawn: DrawnBox) -> tuple[object, ...]:
    box, name = drawn.box, drawn.name
    kind = " of-many" if drawn.is_group else " here" if drawn.is_here else ""
    behind = format_html(_BEHIND, box.x + LOOKS_OUT, box.y + LOOKS_OUT, box.width, box.height)
    texts = (drawn.text_x, drawn.name_y, name.shown, drawn.text_x, drawn.place_y, name.shown_place)
    place = (box.x, box.y, box.width, box.height)
    return (kind, name.url, drawn.label, drawn.label, behind if drawn.is_group else "", *place, *texts)
