"""What stands on `/t/<title>`: the notes of that title, others that have to do with it, and what a new one hangs on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet
from django.db.models.functions import Coalesce

from lineage.families.naming import first_line
from lineage.sight import Sight
from notebooks.memes import Meme
from notebooks.models import Cell, Notebook, Space
from notebooks.models.space import Viewer
from notebooks.parsing.model import CellType
from stickies.door.found import tag_of
from stickies.door.titles import Page
from stickies.drafts import At
from stickies.models import DoorKey, Note, Tag
from stickies.models.note import NoteQuerySet
from stickies.rights import notable_spaces
from stickies.shown import ShownNote, in_order, shown
from stickies.standing import notes_of_family

MOST_TAGGED = 200


@dataclass(frozen=True, slots=True)
class Notes:
    titled: list[ShownNote]  # of exactly this title: where there are any, the page exists
    others: list[ShownNote]  # on other copies of the cell; that carry the tag


@dataclass(frozen=True, slots=True)
class Subject:
    """The cell or notebook that a MEME is of, as far as the person may see one."""

    name: str  # its first line, or its title
    url: str
    is_notebook: bool
    cell: Cell | None = None
    notebook: Notebook | None = None  # where there is but one with this full id


@dataclass(frozen=True, slots=True)
class Opening:
    """A new note's place, as the form asks for it."""

    at: At
    back: str = ""  # one came from another site

    @property
    def key(self) -> str:
        """For the draft that a browser keeps."""
        return f"t/{self.at.title or self.at.meme}"


def notes_of(page: Page, user: Viewer) -> Notes:
    """Only of spaces that `user` may read."""
    if page.meme is not None and not page.is_named:
        titled = _titled_by(page.meme, user)
        here = {each.note.pk for each in titled}
        family = notes_of_family(page.meme.uuid, user)
        return Notes(titled, [each for each in family if each.note.pk not in here])
    sight = Sight(user)
    titled = in_order(shown(_threads(user).filter(title=page.title), sight))
    here = {each.note.pk for each in titled}
    return Notes(titled, in_order(shown(_tagged(page.title, user, here), sight)))


def subject_of(page: Page, user: Viewer) -> Subject | None:
    if page.meme is None:
        return None
    if not page.is_of_notebook and (cell := _cell_of(page.meme, user)) is not None:
        return cell
    return _notebook_of(page.meme, user)


def at_of(page: Page, subject: Subject | None) -> At:
    """What a new note hangs on."""
    if page.meme is None:
        return At(title=page.title)
    is_of_notebook = subject.is_notebook if subject else page.is_of_notebook
    return At(
        page.meme,
        subject.notebook if subject else None,
        None if is_of_notebook else _text(page, subject),
        is_of_notebook,
        page.title if page.is_named else "",
    )


def usual_space(page: Page, user: Viewer) -> Space | None:
    """Where a new note is put unless one says otherwise: where the cell is, else where a notebook server asks."""
    spaces = notable_spaces(user)
    if page.meme is not None and (home := _home_of(page.meme, spaces)) is not None:
        return home
    asked = spaces.filter(pk__in=DoorKey.objects.values("space"))
    return asked.first() or spaces.first()


def _text(page: Page, subject: Subject | None) -> str | None:
    """The cell's, as the person had it before them; what we hold may be older or newer."""
    if page.source is not None or subject is None or subject.notebook is None or subject.cell is None:
        return page.source
    return subject.cell.source


def _threads(user: Viewer) -> NoteQuerySet:
    return Note.objects.visible_to(user).told().for_reading()


def _titled_by(meme: Meme, user: Viewer) -> list[ShownNote]:
    bearing = _threads(user).filter(meme=meme.uuid, branch=meme.branch)
    return in_order(shown(bearing, Sight(user)))


def _tagged(title: str, user: Viewer, here: Collection[int]) -> QuerySet[Note]:
    """An answer that carries the tag stands for its thread."""
    tag = tag_of(title)
    carrying = Tag.objects.filter(name=tag, note__deleted_at=None) if tag else Tag.objects.none()
    threads = carrying.values(thread=Coalesce(F("note__parent"), F("note")))
    return _threads(user).filter(pk__in=threads).exclude(pk__in=here).order_by("-created_at")[:MOST_TAGGED]


def _cell_of(meme: Meme, user: Viewer) -> Subject | None:
    """By the full id, else by the UUID."""
    cells = Cell.objects.visible_to(user).filter(meme=meme.uuid).select_related("notebook").order_by()
    rows = cells.defer("output").order_by("notebook_id", "index")
    bearing = list(rows.filter(branch=meme.branch)[:2])
    found = bearing[0] if bearing else rows.first()
    if found is None:
        return None
    name = first_line(found.source, is_code=found.cell_type == CellType.CODE)
    url = found.notebook.url_of_cell(found.index)
    return Subject(
        name, url, is_notebook=False, cell=found, notebook=found.notebook if len(bearing) == 1 else None
    )


def _notebook_of(meme: Meme, user: Viewer) -> Subject | None:
    rows = Notebook.objects.visible_to(user).alive().filter(meme=meme.uuid).order_by("pk")
    bearing = list(rows.filter(branch=meme.branch)[:2])
    found = bearing[0] if bearing else rows.first()
    if found is None:
        return None
    only = found if len(bearing) == 1 else None
    return Subject(found.title, found.get_absolute_url(), is_notebook=True, notebook=only)


def _home_of(meme: Meme, spaces: QuerySet[Space]) -> Space | None:
    """The one with most copies."""
    cells = Cell.objects.filter(meme=meme.uuid, notebook__deleted_at=None).values_list("notebook__space")
    notebooks = Notebook.objects.alive().filter(meme=meme.uuid).values_list("space")
    among = {space.pk: space for space in spaces}
    for rows in (cells, notebooks):
        counted = rows.order_by().annotate(copies=Count("pk"))
        here = [(copies, -pk) for pk, copies in counted if pk in among]
        if here:
            return among[-max(here)[1]]
    return None
