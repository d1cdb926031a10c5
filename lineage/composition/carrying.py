"""What a cell takes along into a new notebook. Pure.

A copy has not been run: what tells of runs stays behind, unless the outputs are wanted, with which it belongs together.
Always left behind: run_through's marks, since a frozen cell cannot be executed and a read-only one can be neither
edited nor taken out (run_through itself unfreezes what is pasted), and collapsed headings, which would hide cells
that stand below another heading now.
"""

from collections.abc import Iterator, Mapping

from nbformat import validator

from notebooks.parsing.marks import count_of
from notebooks.parsing.model import Json
from notebooks.parsing.outputs import bounded, mapping, text_of

_LOCKS = ("run_through_control", "run_control")
_NEVER = {
    "lc_cell_meme",  # written anew by whoever composes
    *_LOCKS, "hidden", "heading_collapsed", "jp-MarkdownHeadingCollapsed", "trusted",
}  # fmt: skip
_OF_RUNS = {
    "lc_wrapper", "pinned_outputs", "pinnedOutputTabIndex", "multi_outputs", "ExecuteTime", "execution", "papermill",
    "collapsed", "scrolled",
}  # fmt: skip
# What nbformat says something about: only these can make a cell invalid.
_IN_FORMAT = {"format", "jupyter", "name", "tags", "execution", "collapsed", "scrolled"}
_FORMAT = {"version": 4, "version_minor": 5}


def carried(cell: Mapping[str, Json], *, keeps_outputs: bool) -> dict[str, Json]:
    """A valid nbformat 4.5 cell but for its id, whatever `cell`, a cell of nbformat 4, is like."""
    kind = cell.get("cell_type")
    taken: dict[str, Json] = {
        "cell_type": kind if kind in ("code", "markdown") else "raw",
        "metadata": _metadata(mapping(cell.get("metadata")), keeps_outputs=keeps_outputs),
        "source": text_of(cell.get("source")),
    }
    if taken["cell_type"] == "code":
        taken["execution_count"] = count_of(cell.get("execution_count")) if keeps_outputs else None
        taken["outputs"] = list(_outputs(cell.get("outputs"))) if keeps_outputs else []
    elif attachments := _attachments(cell.get("attachments")):
        taken["attachments"] = attachments
    if taken["metadata"].keys() & _IN_FORMAT and not _is_valid({"id": "any", **taken}, "cell"):
        taken["metadata"] = {key: taken["metadata"][key] for key in taken["metadata"].keys() - _IN_FORMAT}
    return taken


def _metadata(metadata: dict[str, Json], *, keeps_outputs: bool) -> dict[str, Json]:
    left = _NEVER if keeps_outputs else _NEVER | _OF_RUNS
    if any(True in mapping(metadata.get(lock)).values() for lock in _LOCKS):
        left = left | {"editable", "deletable"}
    kept = {key: bounded(value) for key, value in metadata.items() if key not in left}
    if not keeps_outputs and isinstance(kept.get("jupyter"), dict):
        kept["jupyter"].pop("outputs_hidden", None)
    return kept


def _outputs(value: Json) -> Iterator[dict[str, Json]]:
    """Those that nbformat knows; what only a running notebook has (update_display_data) is no output of a file."""
    for output in value if isinstance(value, list) else ():
        each = bounded(output)
        if isinstance(each, dict) and _is_valid(each, "output"):
            yield each


def _attachments(value: Json) -> dict[str, Json]:
    found = {name: bounded(bundle) for name, bundle in mapping(value).items() if isinstance(bundle, dict)}
    cell = {"id": "any", "cell_type": "markdown", "metadata": {}, "source": "", "attachments": found}
    return found if found and _is_valid(cell, "markdown_cell") else {}


def _is_valid(value: dict[str, Json], what: str) -> bool:
    return bool(validator.isvalid(value, ref=what, **_FORMAT))
