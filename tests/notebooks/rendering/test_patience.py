"""What is long or nested without end takes seconds at most: a worker must not hang on a file."""

import pytest

from notebooks.parsing.model import CellType, Output, OutputKind, ParsedCell
from notebooks.rendering import output_text, render
from tests.patience import at_most

LIMIT = 10  # seconds; each takes under two on two old cores


def prose(text):
    return ParsedCell(0, CellType.MARKDOWN, text)


def code(text):
    return ParsedCell(0, CellType.CODE, text)


def stream(text):
    return ParsedCell(0, CellType.CODE, "", outputs=(Output(OutputKind.STREAM, name="stdout", text=text),))


def display(mime, text):
    return ParsedCell(0, CellType.CODE, "", outputs=(Output(OutputKind.DISPLAY, data={mime: text}),))


CELLS = {
    "nested elements": display("text/html", "<div>" * 300_000),
    "unclosed formatting": display("text/html", "<b>" * 50_000),
    "unclosed drawings": display("text/html", "<svg " * 100_000),
    "unclosed frames": display("text/html", "<iframe src=http://x " * 50_000),
    "spaces after an equals sign": display("text/html", "<a =" + " " * 300_000),
    "brackets": display("text/html", "<" * 300_000),
    "nested drawing": display("image/svg+xml", "<svg>" + "<g>" * 100_000 + "</g>" * 100_000 + "</svg>"),
    "unclosed images in prose": prose("![" * 100_000),
    "unclosed environments": prose("\\begin{align}\n" * 20_000),
    "nested quotes": prose(">" * 300_000),
    "dollars": prose("$a" * 100_000),
    "deep formula": prose("$" + "{" * 4_900 + "$"),
    "pasted image of megabytes": prose(f"![x](data:image/png;base64,{'A' * 4_000_000})"),
    "quotes in code": code("'''" * 30_000),
    "spaces before a percent sign": code(" " * 90_000 + "%"),
    "carriage returns": stream("abc\r" * 3_000_000),
    "jumps to the right": stream("\x1b[9999Cx\n" * 400_000),
    "cut escape codes": stream("\x1b[" * 1_000_000),
    "cursor up": stream("\x1b[A\x1b[200Cx\n" * 20_000),
}


@pytest.mark.parametrize("name", CELLS)
def test_hostile_length_ends_soon(name):
    with at_most(seconds=LIMIT):
        assert render(CELLS[name], "python").html
        output_text(CELLS[name].outputs)
