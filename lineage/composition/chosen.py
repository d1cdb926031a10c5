"""Cells that somebody chose for a new notebook, and how it is to be. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from notebooks.memes import Meme
from notebooks.parsing.model import Json
from notebooks.parsing.outputs import mapping, text_of


@dataclass(frozen=True, slots=True)
class Source:
    """The notebook that a cell is taken from."""

    address: str  # of its page
    path: str  # with its space before it
    revision: int
    language: str
    metadata: Mapping[str, Json]  # of the file

    @property
    def tracking(self) -> dict[str, Json]:
        return mapping(self.metadata.get("lc_notebook_meme"))

    @property
    def kernelspec(self) -> dict[str, Json]:
        return mapping(self.metadata.get("kernelspec"))


@dataclass(frozen=True, slots=True)
class Chosen:
    cell: Mapping[str, Json]  # as the file has it
    index: int
    meme: Meme
    is_assigned: bool
    neighbours: tuple[str | None, str | None]  # full ids of the cells before and after it
    source: Source

    @property
    def text(self) -> str:
        return text_of(self.cell.get("source"))

    @property
    def is_code(self) -> bool:
        return self.cell.get("cell_type") == "code"

    @property
    def tracking(self) -> dict[str, Json]:
        return mapping(mapping(self.cell.get("metadata")).get("lc_cell_meme"))


@dataclass(frozen=True, slots=True)
class Options:
    name: str = ""
    has_title: bool = True  # begins with the name, where there is one, as a heading
    is_new_root: bool = False
    keeps_outputs: bool = False


def text_or_none(value: Json) -> str | None:
    return value if isinstance(value, str) else None
