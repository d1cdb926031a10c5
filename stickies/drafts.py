"""What somebody is about to say, and at what: a cell, a family, a notebook as a whole, a plain title."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from notebooks.memes import Meme
from notebooks.models import Cell, Notebook, Space
from notebooks.paths import storable
from stickies.digests import digest_of
from stickies.models import Kind, Note, Reach

LONGEST_BODY = 20_000  # characters
LONGEST_QUOTE = 2_000
LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class At:
    """What a note hangs on."""

    meme: Meme | None = None
    notebook: Notebook | None = None  # where it is written
    text: str | None = None  # of the cell; None where it is at no cell
    is_of_notebook: bool = False
    title: str = ""  # of a page that hangs on no MEME

    @classmethod
    def cell(cls, notebook: Notebook, cell: Cell) -> At:
        return cls(Meme(cell.meme, cell.branch), notebook, cell.source)

    @classmethod
    def whole(cls, notebook: Notebook) -> At:
        meme = Meme(notebook.meme, notebook.branch) if notebook.meme else None
        return cls(meme, notebook, is_of_notebook=True)

    @property
    def reaches(self) -> tuple[Reach, ...]:
        """Those that mean something here, the usual one first."""
        if self.meme is None:
            return (Reach.FAMILY,) if self.notebook is None else (Reach.NOTEBOOK,)
        if self.notebook is None:
            return (Reach.FAMILY, Reach.ID)
        if self.is_of_notebook:
            return (Reach.NOTEBOOK, Reach.FAMILY)
        return (Reach.FAMILY, Reach.ID, Reach.NOTEBOOK)


@dataclass(frozen=True, slots=True)
class Draft:
    space: Space
    at: At
    body: str
    kind: str = Kind.TIP
    channel: str = ""
    reach: str = ""  # '' for the usual one
    quote: str = ""

    def columns(self) -> dict[str, Any]:
        """Of the note that it becomes."""
        return {
            "space": self.space,
            "body": fit_text(self.body),
            "kind": self.kind,
            "channel": self.channel,
            "reach": self._reach,
            "quote": fit_text(self.quote)[:LONGEST_QUOTE],
            **_place(self.at, self.space),
        }

    @property
    def _reach(self) -> str:
        return self.reach if self.reach in self.at.reaches else self.at.reaches[0]


@dataclass(frozen=True, slots=True)
class Labels:
    """What may be changed of a note besides its words; None leaves it as it is."""

    kind: str | None = None
    channel: str | None = None
    reach: str | None = None

    def differing(self, note: Note) -> dict[str, str]:
        wanted = {"kind": self.kind, "channel": self.channel, "reach": self.reach}
        return {
            name: value
            for name, value in wanted.items()
            if value is not None and value != getattr(note, name)
        }


def fit_text(text: str) -> str:
    """As it is kept: what a database can hold, lines as Unix ends them, no blank lines around."""
    return storable(text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _place(at: At, space: Space) -> dict[str, Any]:
    # The text and the path of a notebook are for those who may read it. In another space they are not told on.
    is_at_home = at.notebook is not None and at.notebook.space_id == space.pk
    text = storable(at.text) if at.text is not None else None
    return {
        "meme": at.meme.uuid if at.meme else None,
        "branch": at.meme.branch if at.meme else "",
        "notebook": at.notebook,
        "path": at.notebook.path if at.notebook and is_at_home else "",
        "is_of_notebook": at.is_of_notebook,
        "title": storable(at.title)[:LONGEST_TITLE],
        "cell_text": (text or "") if is_at_home else "",
        "cell_digest": digest_of(text) if text is not None else "",
    }
