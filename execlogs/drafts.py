"""An execution on its way to its row, as one witness tells it. Pure.

`merging.merged` puts together what several say; all that is compared there is here.
"""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from execlogs import keys
from execlogs.models import Status, Witness
from execlogs.models.execution import LINE_LENGTH
from execlogs.parsing import HistoryEntry, ParsedLog, moment_of, with_milliseconds
from execlogs.parsing import Status as Told
from execlogs.parsing.complaints import first_complaint
from notebooks.memes import Meme

# Of an output that is longer, the beginning and the end; the log itself is kept beside it.
MOST_OUTPUT = 200_000  # characters
LARGEST_COUNT = 2**31 - 1
_HOME = re.compile(r"/(?:home|Users)/(?P<name>[^/]+)/")
# Names of homes that say nothing of who somebody is: those of images.
_NOBODY = {"jovyan", "root", "user", "ubuntu", "vagrant", "nobody", "app", "default"}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What whoever hands in a log knows besides it."""

    witness: Witness
    zone: tzinfo
    who: str = ""
    host: str = ""
    folder: str | None = None  # of the space, in which the notebook lies
    mapping: tuple[tuple[str, str], ...] = ()  # a folder inside the container -> one of the space


@dataclass(frozen=True, slots=True)
class Draft:
    key: str
    at: datetime  # to the millisecond, as far as the log's name tells
    witnesses: int
    status: Status
    meme: UUID | None = None
    branch: str = ""
    notebook_meme: UUID | None = None
    notebook_path: str = ""
    place: str = ""
    who: str = ""
    host: str = ""
    server_signature: str = ""
    uid: int | None = None
    ended_at: datetime | None = None
    started_text: str = ""
    ended_text: str = ""
    is_zone_guessed: bool = False
    matches: int | None = None
    error: str = ""
    log_path: str = ""
    code: str = ""
    output: str = ""
    output_size: int = 0  # characters of all of it
    is_cut: bool = False
    log_sha256: str = ""

    @property
    def is_weak(self) -> bool:
        return self.witnesses == Witness.NOTEBOOK

    @property
    def full_meme(self) -> Meme | None:
        return Meme(self.meme, self.branch) if self.meme else None


def of_log(log: ParsedLog, around: Circumstances, log_sha256: str = "") -> Draft | None:
    """None where the log does not say when."""
    began = moment_of(log.started_text, around.zone)
    if began is None:
        return None
    at = with_milliseconds(began.at, log.started_text, log.path)
    ended = moment_of(log.ended_text, around.zone) if log.ended_text else None
    output, is_cut = cut(log.output)
    return Draft(
        key=keys.key_of(log.server_signature[:64], log.path, log.started_text[:60], keys.digest_of(log.code)),
        at=at,
        witnesses=around.witness,
        status=_status(log.status, has_ended=log.is_complete),
        meme=log.meme.uuid if log.meme else None,
        branch=log.meme.branch if log.meme else "",
        notebook_meme=log.notebook_meme,
        notebook_path=log.notebook_path,
        place=_place(log.path, log.notebook_path, around),
        who=around.who[:150] or name_in(log.path),
        host=around.host[:200],
        server_signature=log.server_signature[:64],
        uid=log.uid,
        ended_at=max(ended.at, at) if ended else None,
        started_text=log.started_text[:60],
        ended_text=log.ended_text[:60],
        is_zone_guessed=began.is_guess,
        matches=min(log.chunks, LARGEST_COUNT) if log.chunks is not None else None,
        error=log.error[:LINE_LENGTH],
        log_path=log.path,
        code=log.code,
        output=output,
        output_size=len(log.output),
        is_cut=is_cut,
        log_sha256=log_sha256,
    )


def of_entry(entry: HistoryEntry, family: UUID | None, around: Circumstances) -> Draft | None:
    """None where it does not say when. A history knows the cell's family by its own name, and no branch."""
    began = moment_of(entry.started_text, around.zone)
    if began is None:
        return None
    at = with_milliseconds(began.at, entry.started_text, entry.path)
    ended = moment_of(entry.ended_text, around.zone) if entry.ended_text else None
    return Draft(
        key=keys.key_of(
            entry.server_signature[:64], entry.path, entry.started_text[:60], keys.digest_of(entry.code)
        ),
        at=at,
        witnesses=around.witness,
        status=_status(entry.status, has_ended=ended is not None),
        meme=family,
        notebook_meme=entry.notebook_meme,
        notebook_path=entry.notebook_path,
        place=_place(entry.path, entry.notebook_path, around),
        who=around.who[:150] or name_in(entry.path),
        host=around.host[:200],
        server_signature=entry.server_signature[:64],
        uid=entry.uid,
        ended_at=max(ended.at, at) if ended else None,
        started_text=entry.started_text[:60],
        ended_text=entry.ended_text[:60],
        is_zone_guessed=began.is_guess,
        log_path=entry.path,
        code=entry.code,
    )


def cut(output: str) -> tuple[str, bool]:
    """What of an output is kept as text, and whether that is less than all."""
    if len(output) <= MOST_OUTPUT:
        return output, False
    half = MOST_OUTPUT // 2
    return f"{output[:half]}\n…\n{output[-half:]}", True


def headline_of(code: str) -> str:
    """The first line that does something; of mere comments, the first."""
    lines = [stripped for line in code[:20_000].split("\n") if (stripped := line.strip())]
    return next((line for line in lines if not line.startswith("#")), lines[0] if lines else "")[:LINE_LENGTH]


def complaint_of(output: str) -> str:
    """The line of an output that says what went wrong, as lists show it."""
    return first_complaint(output)[:LINE_LENGTH]


def name_in(path: str) -> str:
    """Whose home a log lies in, as far as that is a name."""
    home = _HOME.match(path)
    return home["name"][:150] if home and home["name"] not in _NOBODY else ""


def _status(told: Told, *, has_ended: bool) -> Status:
    if told is not Told.UNKNOWN:
        return Status(told.value)
    return Status.UNKNOWN if has_ended else Status.RUNNING


def _place(log_path: str, notebook_path: str, around: Circumstances) -> str:
    """Where in the space the notebook lay: beside `.log`, unless its folder could not be written: then logs go home."""
    beside, found, _ = log_path.partition("/.log/")
    folder, _, name = notebook_path.rpartition("/")
    if not found or not name or not f"/{beside}".endswith(f"/{folder}" if folder else ""):
        return ""
    here = around.folder if around.folder is not None else _mapped(beside, around.mapping)
    return "" if here is None else f"{here}/{name}".lstrip("/")[:1000]


def _mapped(folder: str, mapping: tuple[tuple[str, str], ...]) -> str | None:
    """`folder` of a container as one of the space, by the longest prefix that fits."""
    for there, here in sorted(mapping, key=lambda pair: -len(pair[0])):
        prefix = there.rstrip("/")
        if folder == prefix or folder.startswith(f"{prefix}/"):
            return f"{here.strip('/')}{folder[len(prefix) :]}".strip("/")
    return None
