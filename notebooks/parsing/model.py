"""What a notebook is, once read: the values that parsing hands to identity, rendering and ingest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from notebooks.memes import Meme

# JSON of a notebook that nobody promised the shape of: mime bundles, widget state, metadata.
Json = Any


class OutputKind(StrEnum):
    STREAM = "stream"
    DISPLAY = "display"  # display_data, execute_result, update_display_data
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Output:
    """One output. Only the fields of its kind are filled."""

    kind: OutputKind
    text: str = ""  # stream: as written, with its escape codes and carriage returns
    name: str = ""  # stream: stdout or stderr; unknown: the output_type found
    data: Mapping[str, Json] = field(default_factory=dict)  # display: mime type -> text or JSON
    metadata: Mapping[str, Json] = field(default_factory=dict)  # display: mime type -> sizes and the like
    is_result: bool = False  # display: an execute_result, which Jupyter numbers
    error_name: str = ""
    error_message: str = ""
    traceback: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PinnedOutputs:
    """Outputs kept by multi_outputs (formats.md 5.2), oldest first in a cell."""

    execution_count: int | None
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """What Jupyter and the Literate-computing extensions wrote about a cell that a reader wants to see."""

    is_frozen: bool = False
    is_read_only: bool = False
    is_source_hidden: bool = False
    is_output_collapsed: bool = False
    is_output_scrolled: bool = False
    is_heading_collapsed: bool = False
    is_hidden: bool = False  # inside a collapsed heading's section
    is_parameters: bool = False  # papermill
    is_injected: bool = False  # papermill's injected-parameters
    tags: tuple[str, ...] = ()
    pinned: tuple[PinnedOutputs, ...] = ()


class CellType(StrEnum):
    CODE = "code"
    MARKDOWN = "markdown"
    RAW = "raw"


class Status(StrEnum):
    """How a cell ended, as far as the notebook itself tells."""

    NONE = "none"  # nothing to run: prose, or an empty code cell
    NOT_RUN = "not_run"
    OK = "ok"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class ParsedCell:
    index: int
    cell_type: CellType
    source: str
    meme: Meme | None = None
    raw_meme: str = ""  # `lc_cell_meme.current` as it stood, also where it is no MEME
    cell_id: str = ""  # nbformat 4.5
    execution_count: int | None = None
    executed_at: datetime | None = None
    started_at: datetime | None = None  # that run, where an extension tells
    outputs: tuple[Output, ...] = ()
    attachments: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    former: tuple[Meme, ...] = ()  # ids of other families that it bore before, oldest first
    logs: tuple[str, ...] = ()  # lc_wrapper's log file of each of its executions, oldest first

    @property
    def status(self) -> Status:
        if self.cell_type is not CellType.CODE or not (self.source.strip() or self.outputs):
            return Status.NONE
        if any(output.kind is OutputKind.ERROR for output in self.outputs):
            return Status.ERROR
        if self.execution_count is not None or self.outputs:
            return Status.OK
        return Status.NOT_RUN


@dataclass(frozen=True, slots=True)
class ParsedNotebook:
    cells: tuple[ParsedCell, ...]
    nbformat: str  # as found: "3.0", "4.5"
    meme: Meme | None = None
    language: str = ""  # the kernel's language as Pygments and people know it: "python", "bash"
    kernel: str = ""  # what the person chose: "Python 3 (LC_wrapper)"
    title: str = ""  # the first heading; '' where there is none
    former: tuple[Meme, ...] = ()  # its ids before each new root, oldest first
    new_roots: tuple[tuple[Meme, Meme], ...] = ()  # (id before, id after) of cells at a new root
    server_url: str = ""  # the notebook server that had it open last
    tags: tuple[str, ...] = ()  # of its metadata, as written


class InvalidNotebook(Exception):
    """Bytes that are no notebook. `code` names the reason (refusals.py says it in words), `detail` where or what."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
