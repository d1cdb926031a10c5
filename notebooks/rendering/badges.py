"""What extensions wrote about a cell, as words above it (formats.md, section 5). Pure."""

from collections.abc import Iterator

from notebooks.parsing.model import Marks
from notebooks.rendering import marks
from notebooks.rendering.text import clean, escape

_SHOWN_BY_THEIR_OWN = {"parameters", "injected-parameters"}
MOST_TAGS = 20


def badges_html(cell_marks: Marks) -> str:
    words = "".join(f'<span class="badge {key}">{marks.word(key)}</span>' for key in _keys(cell_marks))
    tags = "".join(
        f'<span class="badge tag">{escape(clean(tag)[:60])}</span>'
        for tag in cell_marks.tags[:MOST_TAGS]
        if tag not in _SHOWN_BY_THEIR_OWN
    )
    return f'<p class="badges">{words}{tags}</p>' if words or tags else ""


def _keys(cell_marks: Marks) -> Iterator[str]:
    shown = {
        "frozen": cell_marks.is_frozen,
        "read_only": cell_marks.is_read_only,
        "parameters": cell_marks.is_parameters,
        "injected": cell_marks.is_injected,
        "collapsed_section": cell_marks.is_heading_collapsed,
        "hidden": cell_marks.is_hidden,
    }
    return (key for key, is_shown in shown.items() if is_shown)
