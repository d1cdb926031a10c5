"""Sending a notebook to a server: never over something that was not seen. Raises Trouble."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings

from sync.jupyter.contents import Contents
from sync.pushing.places import Place, reached
from sync.trouble import Problem, Trouble

_MOST_NUMBERED = 1000


@dataclass(frozen=True, slots=True)
class Sent:
    address: str  # where people open it
    was_there: bool = False  # just as it is


@dataclass(frozen=True, slots=True)
class Clash:
    """Something else is there under this name."""

    place: Place
    digest: str
    modified: str  # as the server tells
    size: int | None
    free_name: str  # nothing is there under it
    raw: bytes | None = None  # where it was asked for


def send(place: Place, raw: bytes, seen: str | None) -> Sent | Clash:
    """`seen`: the digest of what may be written over, as somebody saw it; None where nothing may be."""
    with reached(place) as there:
        present = there.contents.digest(there.path, settings.MAX_NOTEBOOK_BYTES)
        if present == sha256(raw).hexdigest():
            return Sent(there.page(), was_there=True)
        if present != seen:
            return _clash(there.contents, there.path, place, present)
        there.contents.make_folder(there.path.rpartition("/")[0])
        there.contents.write(there.path, raw, expected=seen)
        return Sent(there.page())


def look(place: Place) -> Clash | None:
    """What is there, with its bytes; None where nothing is."""
    with reached(place) as there:
        present = there.contents.digest(there.path, settings.MAX_NOTEBOOK_BYTES)
        if present is None:
            return None
        raw = there.contents.read(there.path, settings.MAX_NOTEBOOK_BYTES)
        return _clash(there.contents, there.path, place, sha256(raw).hexdigest(), raw)


def _clash(
    contents: Contents, path: str, place: Place, digest: str | None, raw: bytes | None = None
) -> Clash:
    if digest is None:  # what was to be written over is not there any more
        raise Trouble(Problem.CHANGED, place.path)
    entry = contents.entry(path)
    return Clash(
        place,
        digest,
        modified=entry.modified if entry else "",
        size=entry.size if entry else None,
        free_name=_free_name(contents, path),
        raw=raw,
    )


def _free_name(contents: Contents, path: str) -> str:
    folder, _, name = path.rpartition("/")
    stem, taken = name.removesuffix(".ipynb"), {entry.name for entry in contents.folder(folder).entries}
    numbered = (f"{stem}-{number}.ipynb" for number in range(2, _MOST_NUMBERED))
    return next((each for each in numbered if each not in taken), name)
