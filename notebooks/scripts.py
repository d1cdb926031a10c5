"""A notebook as a script: the code as written, prose as comments. Pure."""

from dataclasses import dataclass

import nbformat
from nbconvert.exporters import PythonExporter, ScriptExporter

from notebooks.parsing.model import CellType, ParsedCell, ParsedNotebook

# The ending of a file's name and what begins a comment.
LANGUAGES = {
    "bash": (".sh", "# "), "c++": (".cpp", "// "), "go": (".go", "// "), "java": (".java", "// "),
    "javascript": (".js", "// "), "julia": (".jl", "# "), "perl": (".pl", "# "), "powershell": (".ps1", "# "),
    "python": (".py", "# "), "r": (".r", "# "), "ruby": (".rb", "# "), "rust": (".rs", "// "),
    "scala": (".scala", "// "), "sh": (".sh", "# "), "sql": (".sql", "-- "), "typescript": (".ts", "// "),
}  # fmt: skip
UNKNOWN = (".txt", "")
_ENVELOPE = {"metadata": {}, "nbformat": 4, "nbformat_minor": 4}


@dataclass(frozen=True, slots=True)
class Script:
    text: str
    ending: str  # of a file's name


def script_of(parsed: ParsedNotebook) -> Script:
    """Commands such as `!ls` stay as they are: what runs the script decides what they mean."""
    ending, sign = LANGUAGES.get(parsed.language, UNKNOWN)
    exporter = _python() if parsed.language == "python" else ScriptExporter(default_preprocessors=[])  # type: ignore[no-untyped-call]
    # Made of what parsing let through: the file's own metadata may name an exporter for nbconvert to import.
    nodes = [_node(cell, "" if parsed.language == "python" else sign) for cell in parsed.cells]
    text, _resources = exporter.from_notebook_node(nbformat.from_dict({"cells": nodes, **_ENVELOPE}))
    return Script(text, ending)


def _as_it_is(source: str) -> str:
    # A function of ours: nbconvert takes a class, such as str, for one to make a filter of.
    return source


def _python() -> PythonExporter:
    # Without nbconvert's preprocessors, which are off anyway: it would validate the whole notebook after each of them.
    exporter = PythonExporter(default_preprocessors=[])  # type: ignore[no-untyped-call]
    exporter.register_filter("ipython2python", _as_it_is)  # type: ignore[no-untyped-call]
    return exporter


def _node(cell: ParsedCell, sign: str) -> dict[str, object]:
    """Prose becomes comments by `sign`; without one it is left to the exporter."""
    source = cell.source.encode("utf-8", "replace").decode()  # a lone surrogate is no text for a file
    if cell.cell_type is CellType.CODE:
        return _code(source, cell.execution_count)
    if sign:
        return _code("\n".join(f"{sign}{line}".rstrip() for line in source.splitlines()), None)
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str, count: int | None) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "source": source, "execution_count": count, "outputs": []}
