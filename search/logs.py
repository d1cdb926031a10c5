"""What the index holds of an execution: what came out and how it failed. Its code is the cell's, which is found itself.

A notebook keeps the last output of a cell alone; what came out before that stands in the logs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC
from typing import Any

from django.db.models import QuerySet
from haystack.constants import DJANGO_CT, ID

from execlogs.models import Execution, Witness
from execlogs.parsing.text import plain
from search.analysis import normalise, parts
from search.documents import A_MOMENT, ENTITIES, Document, folders_above
from search.entities import entities_of
from search.equals import fold_of, precedence_of
from search.naming import LOG, LogName

LONGEST = 100_000  # characters of an output that are indexed: half from its beginning, half from its end

_COLUMNS = (
    "pk", "space_id", "meme", "branch", "notebook_path", "place", "who", "at", "status", "headline", "error",
    "transcript__code", "transcript__output", "notebook__language",
)  # fmt: skip


def logged() -> QuerySet[Execution]:
    """What says more than the notebook that it was executed in."""
    return Execution.objects.exclude(witnesses=Witness.NOTEBOOK).exclude(transcript=None)


def log_documents_of(executions: Collection[int]) -> Iterator[Document]:
    """Of those among `executions` that are there and logged. One query, however many."""
    rows = logged().filter(pk__in=executions).order_by().values(*_COLUMNS)
    return (_document(row) for row in rows)


def _document(row: Mapping[str, Any]) -> Document:
    at = row["at"].astimezone(UTC)
    output = _shortened(plain(row["transcript__output"]))
    meme = str(row["meme"] or "")
    path = row["place"] or row["notebook_path"]
    # In Python, which most wrapped kernels are, only lines with a "!" run something.
    found = entities_of(row["transcript__code"], output, row["notebook__language"] or "python")
    return {
        ID: str(LogName(row["pk"])),
        DJANGO_CT: LOG,
        "kind": "log",
        "log": row["pk"],
        "space": row["space_id"],
        "owner": row["who"],
        "owners": normalise(row["who"]),
        "status": row["status"],
        "meme": meme,
        # Of what no cell is told, by its code.
        "fold": fold_of("cell", meme) or fold_of("code", row["transcript__code"].strip()),
        "precedence": precedence_of(at, has_succeeded=row["status"] == "ok"),
        "full_meme": f"{meme}-{row['branch']}" if meme and row["branch"] else meme,
        "output": normalise(output),
        "error": normalise(row["error"]),
        "context": normalise(row["transcript__code"]),
        "placed": normalise(path),
        "folders": folders_above(path),
        **{field: [normalise(name) for name in found.of(kind)] for kind, field in ENTITIES.items()},
        "has": [*(["error"] if row["status"] == "error" else []), *(["output"] if output.strip() else [])],
        "year": at.year,
        "updated": at,
        "created": at,
        "recency": int(at.timestamp()) * A_MOMENT + A_MOMENT - 1,
        "parts": " ".join(parts(output) | parts(row["error"])),
    }


def _shortened(output: str) -> str:
    if len(output) <= LONGEST:
        return output
    return f"{output[: LONGEST // 2]}\n{output[-LONGEST // 2 :]}"
