"""From nbformat 4 JSON to a ParsedNotebook. Tolerant: a field of the wrong type counts as absent. Pure."""

import re

from notebooks import memes
from notebooks.parsing import ancestry
from notebooks.parsing.marks import count_of, executed_at, marks_of, started_at, tags_of
from notebooks.parsing.model import CellType, Json, ParsedCell, ParsedNotebook
from notebooks.parsing.outputs import bounded, mapping, outputs_of, text_of
from notebooks.parsing.reading import read

TITLE_LENGTH = 300
_FENCE = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)
_HEADING = re.compile(
    r"^ {0,3}#{1,6}[ \t]+(?P<text>\S.*?)[ \t]*#*$"
    r"|(?:\A|(?<=\n\n)) {0,3}(?P<underlined>[^\s#>|*+-].*)\n {0,3}(?:=+|-{2,})[ \t]*$",
    re.MULTILINE,
)
# Literate-computing runbooks begin with "# About: what it is for".
_ABOUT = re.compile(r"^about\s*[::]\s*", re.IGNORECASE)
_MARKUP = re.compile(r"<[^>]*>|!?\[([^\]]*)\]\([^)]*\)|[*`]+")


def parse(raw: bytes) -> ParsedNotebook:
    """The notebook in `raw`. Raises InvalidNotebook with the reason where there is none."""
    document, found = read(raw)
    metadata = mapping(document.get("metadata"))
    kernelspec = mapping(metadata.get("kernelspec"))
    cells = tuple(_cell(index, cell) for index, cell in enumerate(document["cells"]))
    meme = memes.parse(mapping(metadata.get("lc_notebook_meme")).get("current"))
    return ParsedNotebook(
        cells=cells,
        nbformat=found,
        meme=meme,
        language=_language(metadata, kernelspec),
        kernel=(text_of(kernelspec.get("display_name")) or text_of(kernelspec.get("name")))[:200],
        title=_title(cells),
        former=ancestry.former_of_notebook(metadata, meme),
        new_roots=ancestry.new_roots_of(metadata),
        server_url=ancestry.server_url_of(metadata),
        tags=tags_of(metadata),
    )


def _cell(index: int, cell: dict[str, Json]) -> ParsedCell:
    metadata = mapping(cell.get("metadata"))
    carried = mapping(metadata.get("lc_cell_meme")).get("current")
    meme = memes.parse(carried)
    cell_type = _cell_type(cell.get("cell_type"))
    is_code = cell_type is CellType.CODE
    return ParsedCell(
        index=index,
        cell_type=cell_type,
        source=text_of(cell.get("source")),
        meme=meme,
        raw_meme=carried if isinstance(carried, str) else "",
        cell_id=text_of(cell.get("id")),
        execution_count=count_of(cell.get("execution_count")) if is_code else None,
        executed_at=executed_at(metadata),
        started_at=started_at(metadata) if is_code else None,
        outputs=outputs_of(cell.get("outputs")) if is_code else (),
        attachments={
            name: bounded(mapping(bundle)) for name, bundle in mapping(cell.get("attachments")).items()
        },
        marks=marks_of(metadata),
        former=ancestry.former_of_cell(metadata, meme),
        logs=ancestry.logs_of(metadata),
    )


def _cell_type(value: Json) -> CellType:
    return CellType(value) if value in ("code", "markdown") else CellType.RAW  # a list is in no set


def _language(metadata: dict[str, Json], kernelspec: dict[str, Json]) -> str:
    info = mapping(metadata.get("language_info"))
    language = (
        text_of(info.get("name")) or text_of(kernelspec.get("language")) or text_of(kernelspec.get("name"))
    )
    return language.lower().rstrip("0123456789")[:60]  # "python3" is Python


def _title(cells: tuple[ParsedCell, ...]) -> str:
    for cell in cells:
        if cell.cell_type is CellType.MARKDOWN:
            heading = _HEADING.search(_FENCE.split(cell.source)[0])
            found = (heading["text"] or heading["underlined"]) if heading else ""
            text = _ABOUT.sub("", _MARKUP.sub(r"\1", found).strip())
            if text:
                return text[:TITLE_LENGTH]
    return ""
