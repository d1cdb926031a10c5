"""Which runbooks carry a tag: in their prose, or as one of their headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from haystack.exceptions import SearchBackendError

from notebooks.models import Notebook
from notebooks.models.space import Viewer
from search.find import Wish, find
from search.hits import Hit
from stickies.references import cut, folded, is_tag

LOOKED_AT = 200  # cells with its words, the best first

_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+)$", re.MULTILINE)
_MARKS = str.maketrans("", "", "*_`")


@dataclass(frozen=True, slots=True)
class Carrying:
    notebook: Notebook
    url: str  # of the first cell that carries it


def runbooks_with(title: str, user: Viewer) -> Sequence[Carrying] | None:
    """Each once, in the order of search; None where search fails."""
    words = title.replace('"', " ").strip()
    try:
        found = find(
            Wish(f'"{words}"', narrowed={"kind": "markdown"}, with_facets=False, size=LOOKED_AT), user
        )
    except SearchBackendError:
        return None
    carrying: dict[int, Carrying] = {}
    for hit in found.hits:
        if not isinstance(hit, Hit) or hit.cell is None or hit.notebook.pk in carrying:
            continue
        if carries(hit.cell.source, title):
            carrying[hit.notebook.pk] = Carrying(hit.notebook, hit.url)
    return list(carrying.values())


def carries(prose: str, title: str) -> bool:
    """Whether a Markdown cell has it as #tag or as a heading."""
    wanted = folded(title)
    headings = (folded(_words_of(match[1])) for match in _HEADING.finditer(prose))
    tags = (folded(word[1:]) for word, is_word in cut(prose) if is_word and is_tag(word))
    return wanted in headings or wanted in tags


def _words_of(heading: str) -> str:
    """Without the marks around them. By hand: a pattern that ends with blanks, "#" and blanks again takes the cube of
    the time for a line of blanks."""
    return heading.rstrip(" \t\r").rstrip("#").translate(_MARKS).strip()
