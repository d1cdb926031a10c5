import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notebooks.parsing import InvalidNotebook, parse
from notebooks.parsing.model import OutputKind, Status

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
# Shapes near to a notebook's, where the mistakes are.
fields = [
    "cell_type",
    "source",
    "metadata",
    "outputs",
    "id",
    "execution_count",
    "attachments",
    "output_type",
    "data",
    "text",
    "name",
    "ename",
    "evalue",
    "traceback",
    "lc_cell_meme",
    "current",
    "tags",
    "pinned_outputs",
]
near_values = st.recursive(
    st.none()
    | st.integers()
    | st.text(max_size=10)
    | st.sampled_from(["code", "stream", "error", "display_data"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(fields), inner, max_size=5),
    max_leaves=20,
)
near_notebooks = st.fixed_dictionaries(
    {
        "cells": st.lists(near_values, max_size=4) | near_values,
        "nbformat": st.sampled_from([1, 2, 3, 4, 5, "4", None]),
    },
    optional={"metadata": near_values, "worksheets": near_values, "nbformat_minor": near_values},
)


def notebook(*cells, **fields):
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **fields}
    ).encode()


def code(source="ls", **fields):
    return {
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        **fields,
    }


@given(st.binary())
def test_any_bytes_are_a_notebook_or_a_plain_reason(raw):
    with pytest.raises(InvalidNotebook) as caught:
        parse(raw)
    assert caught.value.code


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(near_notebooks | json_values)
def test_any_json_is_a_notebook_or_a_plain_reason(document):
    try:
        parsed = parse(json.dumps(document).encode())
    except InvalidNotebook:
        pass
    else:
        assert [cell.index for cell in parsed.cells] == list(range(len(parsed.cells)))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"{", "not_json"),
        (b'{"a": 1}', "not_notebook"),
        (b"[]", "not_notebook"),
        (b'"nbformat"', "not_notebook"),
        ('{"cells": []}'.encode("utf-16"), "encoding"),
        ('{"cells": [{"source": "手順"}]}'.encode("cp932"), "encoding"),
        (b'{"nbformat": 4}', "no_cells"),
        (b'{"nbformat": 4, "cells": {"a": 1}}', "no_cells"),
        (b'{"nbformat": 4, "cells": ["x"]}', "no_cells"),
        (b'{"nbformat": 9, "cells": []}', "nbformat"),
        (b'{"nbformat": 3, "worksheets": 7}', "no_cells"),
        (b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
    ],
)
def test_what_is_no_notebook_is_refused_with_its_reason(raw, code):
    with pytest.raises(InvalidNotebook) as caught:
        parse(raw)
    assert caught.value.code == code


def test_source_may_be_a_string_or_lines():
    parsed = parse(notebook(code("a\nb"), code(["a\n", "b"])))
    assert [cell.source for cell in parsed.cells] == ["a\nb", "a\nb"]


def test_a_byte_order_mark_does_no_harm():
    assert parse(b"\xef\xbb\xbf" + notebook(code())).cells[0].source == "ls"


def test_lone_surrogates_huge_numbers_and_nan_are_read():
    metadata = b'{"a": NaN, "b": 123456789012345678901234567890}'
    cells = b'[{"cell_type": "code", "source": "\\ud800"}]'
    raw = b'{"nbformat": 4, "metadata": %s, "cells": %s}' % (metadata, cells)
    assert parse(raw).cells[0].source == "\ud800"


def test_carried_memes_are_read_and_others_kept_as_text():
    cells = parse(
        notebook(
            code(metadata={"lc_cell_meme": {"current": MEME + "-1-00ff"}}),
            code(metadata={"lc_cell_meme": {"current": "gone"}}),
        )
    ).cells
    assert str(cells[0].meme) == MEME + "-1-00ff"
    assert (cells[1].meme, cells[1].raw_meme) == (None, "gone")


def test_chunks_of_one_stream_become_one_output():
    stream = {"output_type": "stream", "name": "stdout"}
    cell = parse(notebook(code(outputs=[stream | {"text": "a"}, stream | {"text": ["b\n", "c"]}]))).cells[0]
    assert [output.text for output in cell.outputs] == ["ab\nc"]


def test_unknown_outputs_and_broken_bundles_are_kept_readable():
    outputs = [
        {"output_type": "hologram"},
        {"output_type": "display_data", "data": [1]},
        7,
        {"output_type": "error", "traceback": "x"},
    ]
    cell = parse(notebook(code(outputs=outputs))).cells[0]
    assert [output.kind for output in cell.outputs] == [
        OutputKind.UNKNOWN,
        OutputKind.DISPLAY,
        OutputKind.ERROR,
    ]


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        (code(), Status.NOT_RUN),
        (code(execution_count=3), Status.OK),
        (code(outputs=[{"output_type": "stream", "text": "x"}]), Status.OK),
        (code(execution_count=3, outputs=[{"output_type": "error"}]), Status.ERROR),
        (code(""), Status.NONE),
        ({"cell_type": "markdown", "source": "# x"}, Status.NONE),
    ],
)
def test_status_as_far_as_the_notebook_tells(cell, status):
    assert parse(notebook(cell)).cells[0].status is status


@pytest.mark.parametrize(
    "metadata",
    [
        {"lc_cell_meme": {"execution_end_time": "2020-04-27T07:09:47.763225Z"}},
        {"ExecuteTime": {"end_time": "2020-04-27T07:09:47.763225"}},
        {"execution": {"shell.execute_reply": "2020-04-27T16:09:47.763225+09:00"}},
        {"papermill": {"end_time": "2020-04-27T07:09:47.763225"}},
    ],
)
def test_execution_times_of_every_extension_are_utc(metadata):
    cell = parse(notebook(code(metadata=metadata))).cells[0]
    assert cell.executed_at == datetime(2020, 4, 27, 7, 9, 47, 763225, tzinfo=UTC)


def test_format_3_is_read():
    raw = json.dumps(
        {
            "nbformat": 3,
            "nbformat_minor": 0,
            "metadata": {"name": "old"},
            "worksheets": [
                {
                    "cells": [
                        {"cell_type": "heading", "level": 2, "source": "Old times", "metadata": {}},
                        {
                            "cell_type": "code",
                            "input": ["print 1"],
                            "language": "python",
                            "metadata": {},
                            "prompt_number": 2,
                            "outputs": [{"output_type": "stream", "stream": "stdout", "text": "1\n"}],
                        },
                    ]
                }
            ],
        }
    ).encode()
    parsed = parse(raw)
    assert (parsed.nbformat, parsed.title) == ("3.0", "Old times")
    assert (parsed.cells[1].source, parsed.cells[1].execution_count, parsed.cells[1].outputs[0].text) == (
        "print 1",
        2,
        "1\n",
    )


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("# About: ディスク逼迫への対応\n\ntext", "ディスク逼迫への対応"),
        ("intro\n\n## [Link](x) and *stars* ##", "Link and stars"),
        ("```\n# a comment\n```", "cell"),
        ("#hashtag", "cell"),
        ("TSG030 - errorlog files\n====\n\nSteps\n-----\n\n### Parameters", "TSG030 - errorlog files"),
        ("intro\n\nDisk full\n---\n", "Disk full"),
        ("- one\n---\n", "cell"),
        ("| a |\n|---|\n", "cell"),
        ("above a rule\n\n---\n", "cell"),
    ],
)
def test_the_title_is_the_first_heading(source, title):
    cells = [{"cell_type": "markdown", "source": source}, {"cell_type": "markdown", "source": "# cell"}]
    assert parse(notebook(*cells)).title == title


def test_the_language_is_known_from_a_kernel_name_alone():
    assert parse(notebook(metadata={"kernelspec": {"name": "python3"}})).language == "python"
    assert parse(notebook(metadata={"kernelspec": 3})).language == ""


@pytest.mark.corpus
def test_every_real_notebook_is_read():
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    for path in CORPUS.rglob("*.ipynb"):
        assert parse(path.read_bytes()).cells, path.name
