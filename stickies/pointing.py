"""Addresses of this site in a note's words, shown by the name of what is there; as far as the reader may see it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from lineage.families.naming import first_line, names_of
from notebooks import memes
from notebooks.models import Cell, Notebook
from notebooks.models.space import Viewer
from notebooks.parsing.model import CellType
from notebooks.rendering import Referent
from stickies.models import Note

MOST = 200  # of a page of notes; others stay as they were written

_PATH = re.compile(
    r"/(?:n/(?P<runbook>[0-9]{1,18})|m/(?P<family>[0-9a-fA-F-]{36,120})|notes/(?P<note>[0-9]{1,18}))(?:/.*)?"
)
_CELL = re.compile(r"cell-([0-9]{1,9})(?:-.*)?")


@dataclass(frozen=True, slots=True)
class Pointer:
    """What an address of this site leads to, by the address alone."""

    url: str  # on this site, as it was pasted
    runbook: int | None = None
    index: int | None = None  # of a cell of that runbook
    family: UUID | None = None
    note: int | None = None


def pointer_in(address: str) -> Pointer | None:
    """None for what is no address of this site, or of nothing that has a name."""
    if not address.startswith(f"{settings.BASE_URL}/"):
        return None
    url = address.removeprefix(settings.BASE_URL)
    try:
        parts = urlsplit(url)
    except ValueError:  # "//[": half an address of IPv6, where a path was to be
        return None
    match = None if parts.netloc else _PATH.fullmatch(parts.path)
    if match is None:
        return None
    runbook, family, note = match["runbook"], match["family"], match["note"]
    place = unquote(parts.fragment)
    if runbook:
        return Pointer(url, int(runbook), _index_in(place), _uuid_in(place.removeprefix("meme-")))
    if family:
        uuid = _uuid_in(family)
        return Pointer(url, family=uuid) if uuid else None
    return Pointer(url, note=int(note))


def named(addresses: Iterable[str], user: Viewer) -> dict[str, Referent]:
    """Those that lead to what `user` may see, with its name. No query where there are none, else at most eight."""
    pointers = {each: found for each in addresses if (found := pointer_in(each))}
    pointers = dict(list(pointers.items())[:MOST])
    if not pointers:
        return {}
    names = _Names.of(pointers.values(), user)
    told = {address: names.of_pointer(pointer) for address, pointer in pointers.items()}
    return {address: Referent(name, pointers[address].url) for address, name in told.items() if name}


@dataclass(frozen=True, slots=True)
class _Names:
    titles: Mapping[int, str]
    cells: Mapping[tuple[int, int], str]  # by runbook and index
    families: Mapping[UUID, str]
    notes: Mapping[int, str]

    @classmethod
    def of(cls, pointers: Collection[Pointer], user: Viewer) -> _Names:
        runbooks = {each.runbook for each in pointers if each.runbook is not None}
        places = {(each.runbook, each.index) for each in pointers if each.index is not None}
        families = {each.family for each in pointers if each.family is not None}
        notes = {each.note for each in pointers if each.note is not None}
        return cls(
            _titles(runbooks, user) if runbooks else {},
            _cells(places, user) if places else {},
            {uuid: name.text for uuid, name in names_of(families, user).items()} if families else {},
            _notes(notes, user) if notes else {},
        )

    def of_pointer(self, pointer: Pointer) -> str:
        if pointer.note is not None:
            return self.notes.get(pointer.note, "")
        cell = self.families.get(pointer.family, "") if pointer.family else ""
        if pointer.runbook is None:
            return cell
        title = self.titles.get(pointer.runbook, "")
        if pointer.index is not None:
            cell = self.cells.get((pointer.runbook, pointer.index), "")
        return f"{title} › {cell}" if title and cell else title


def _index_in(fragment: str) -> int | None:
    match = _CELL.fullmatch(fragment)
    return int(match[1]) if match else None


def _uuid_in(text: str) -> UUID | None:
    meme = memes.parse(text)
    return meme.uuid if meme else None


def _titles(runbooks: Collection[int], user: Viewer) -> dict[int, str]:
    return dict(Notebook.objects.visible_to(user).alive().filter(pk__in=runbooks).values_list("pk", "title"))


def _cells(places: Collection[tuple[int | None, int | None]], user: Viewer) -> dict[tuple[int, int], str]:
    wanted = reduce(or_, (Q(notebook=runbook, index=index) for runbook, index in places))
    rows = Cell.objects.visible_to(user).filter(wanted).order_by()
    fields = rows.values_list("notebook_id", "index", "source", "cell_type")
    return {
        (runbook, index): first_line(source, is_code=kind == CellType.CODE)
        for runbook, index, source, kind in fields
    }


def _notes(pks: Collection[int], user: Viewer) -> dict[int, str]:
    found = Note.objects.visible_to(user).alive().filter(pk__in=pks)
    return {
        pk: _("note by %(name)s: %(line)s") % {"name": author, "line": first_line(body, is_code=False)}
        for pk, author, body in found.values_list("pk", "author_name", "body")
    }
