"""A notebook as a script: the code as written, prose as comments. Pure."""

from dataclasses import dataclass

import nbformat
from nbconvert.exporters import PythonExporter, ScriptExporter, TemplateExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from notebooks.parsing.model import CellType, ParsedCell, ParsedNotebook

# The ending of a file's name and what begins a comment.
LANGUAGES = {
    "bash": (".sh", "# "), "c++": (".cpp", "// "), "go": (".go", "// "), "java": (".java", "// "),
    "javascript": (".js", "// "), "julia": (".jl", "# "), "perl": (".pl", "# "), "powershell": (".ps1", "# "),
    "python": (".py", "# "), "r": (".r", "# "), "ruby": (".rb", "# "), "rust": (".rs", "// "),
    "scala": (".scala", "// "), "sh": (".sh", "# "), "sql": (".sql", "-- "), "typescript": (".ts", "// "),
}  # fmt: skip
UNKNOWN = (".txt", "")


@dataclass(frozen=True, slots=True)
class Script:
    text: str
    ending: str  # of a file's name


def script_of(parsed: ParsedNotebook) -> Script:
    """Commands such as `!ls` stay as they are: what runs the script decides what they mean."""
    text, _resources = _exporter(parsed.language).from_notebook_node(_node(parsed))
    return Script(text, LANGUAGES.get(parsed.language, UNKNOWN)[0])


def _exporter(language: str) -> TemplateExporter:
    if language != "python":
        return ScriptExporter()
    exporter = PythonExporter()
    exporter.register_filter("ipython2python", str)
    return exporter


def _node(parsed: ParsedNotebook) -> nbformat.NotebookNode:
    # Made of what parsing let through. The file's own metadata may name an exporter for nbconvert to import.
    return new_notebook(cells=[node for cell in parsed.cells if (node := _cell(cell, parsed.language))])


def _cell(cell: ParsedCell, language: str) -> nbformat.NotebookNode | None:
    source = cell.source.encode("utf-8", "replace").decode()  # a lone surrogate is no text for a file
    if cell.cell_type is CellType.CODE:
        return new_code_cell(source, execution_count=cell.execution_count)
    if language == "python":
        return new_markdown_cell(source)
    _ending, sign = LANGUAGES.get(language, UNKNOWN)
    return new_code_cell("\n".join(sign + line for line in source.splitlines())) if sign else None
