"""People, spaces and notebooks for tests, made through the door that the app itself uses."""

import json
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.core.files.storage import default_storage

from notebooks.ingest import Provenance, ingest
from notebooks.models import Notebook, Space

PASSWORD = "correct horse battery staple"

# Source of a code cell; (type, source); (type, source, outputs); or a cell as JSON, taken as it is.
CellSpec = str | tuple[str, str] | tuple[str, str, list[dict[str, Any]]] | dict[str, Any]

_numbers = count(1)


def make_user(name: str = "", **fields: Any) -> AbstractUser:
    """A person who can log in with PASSWORD; `is_staff=True` and the like go through."""
    return get_user_model().objects.create_user(
        name or f"person{next(_numbers)}", password=PASSWORD, **fields
    )


def make_space(
    slug: str = "", *, readers: Iterable[Any] = (), writers: Iterable[Any] = (), **fields: Any
) -> Space:
    slug = slug or f"space{next(_numbers)}"
    space = Space.objects.create(slug=slug, **{"name": slug.title(), **fields})
    space.readers.set(readers)
    space.writers.set(writers)
    return space


def make_notebook(
    *cells: CellSpec,
    memes: Sequence[str | None] = (),
    meme: str = "",
    language: str = "python",
    **metadata: Any,
) -> bytes:
    """A notebook as Jupyter saves it: the same arguments give the same bytes.

    `memes` are what the cells carry, in order; `meme` and `metadata` are the notebook's own.
    """
    document: dict[str, Any] = {
        "cells": [_cell(spec) for spec in cells],
        "metadata": {
            "kernelspec": {"display_name": language.title(), "language": language, "name": language},
            "language_info": {"name": language},
            **metadata,
        },
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    if meme:
        document["metadata"]["lc_notebook_meme"] = {"current": meme}
    for cell, carried in zip(document["cells"], memes, strict=False):
        if carried is not None:
            cell["metadata"]["lc_cell_meme"] = {"current": carried}
    return json.dumps(document, indent=1).encode() + b"\n"


def make_runbook(
    *cells: CellSpec,
    space: Space | None = None,
    path: str = "runbook.ipynb",
    by: Any = None,
    owner: str = "",
    **notebook: Any,
) -> Notebook:
    """A notebook that was ingested; `notebook` is what make_notebook() takes besides the cells."""
    raw = make_notebook(*(cells or ("ls",)), **notebook)
    return ingest(space or make_space(), path, raw, Provenance(by=by, owner=owner)).notebook


def lose_bytes(digest: str) -> None:
    """As after a restored backup: the rows are there, the bytes are not."""
    default_storage.delete(f"{digest[:2]}/{digest}")


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def display(data: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """An output of one or more mime types."""
    return {"output_type": "display_data", "data": data, "metadata": metadata}


def error(name: str, message: str, traceback: Sequence[str] = ()) -> dict[str, Any]:
    lines = list(traceback) or [f"{name}: {message}"]
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}


def _cell(spec: CellSpec) -> dict[str, Any]:
    if isinstance(spec, dict):
        return {"metadata": {}, **spec}
    kind, source, *rest = ("code", spec) if isinstance(spec, str) else spec
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    if kind == "code":
        outputs = rest[0] if rest else []
        cell |= {"execution_count": 1 if outputs else None, "outputs": outputs}
    return cell
