import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.composition.carrying import carried
from lineage.composition.chosen import Chosen, Options, Source
from lineage.composition.composing import Composed, Drawing, compose, file_name
from notebooks import memes
from notebooks.memes import Meme, next_branch
from notebooks.parsing import parse
from notebooks.parsing.reading import read

VARIANTS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "lc_wrapper-variants"
AT = datetime(2026, 3, 27, 14, 52, tzinfo=UTC)
PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}
BASH = {"name": "bash", "display_name": "Bash", "language": "bash"}

numbers = st.text("0123456789abcdef", min_size=4, max_size=4)


@st.composite
def branched(draw):
    meme = Meme(draw(st.uuids()))
    for number in draw(st.lists(numbers, max_size=13)):
        meme = next_branch(meme, number)
    return meme


any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = [
    "tags",
    "name",
    "jupyter",
    "collapsed",
    "scrolled",
    "format",
    "execution",
    "lc_cell_meme",
    "run_through_control",
]
outputs = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "display_data", "execute_result", "error", "update_display_data"])},
    optional=dict.fromkeys(("text", "name", "data", "metadata", "ename", "evalue", "traceback"), any_json),
)  # fmt: skip
any_cell = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw"]) | any_json,
        "id": any_json | st.just("same-id"),
        "metadata": any_json | st.dictionaries(st.sampled_from(KEYS), any_json),
        "source": any_json | st.text(),
        "outputs": any_json | st.lists(outputs, max_size=3),
        "execution_count": any_json,
        "attachments": any_json,
        "whatever": any_json,
    },
)
options = st.builds(
    Options,
    name=st.text(max_size=20),
    has_title=st.booleans(),
    is_new_root=st.booleans(),
    keeps_outputs=st.booleans(),
)


def source(number=1, language="python", kernelspec=PYTHON, **metadata):
    metadata = {"kernelspec": kernelspec, "language_info": {"name": language}, **metadata}
    return Source(f"https://ops.example.org/n/{number}/", f"ops/{number}.ipynb", 3, language, metadata)


def code(text="ls", **fields):
    return {
        "cell_type": "code",
        "metadata": {},
        "source": text,
        "outputs": [],
        "execution_count": None,
        **fields,
    }


def tracked(meme, previous=None, following=None, history=(), **fields):
    record = {
        "current": str(meme),
        "previous": previous,
        "next": following,
        **({"history": [*history]} if history else {}),
    }
    return code(**fields) | {"metadata": {"lc_cell_meme": record}}


def chosen(cell=None, meme=None, *, assigned=False, neighbours=(None, None), index=0, of=None):
    meme = meme or Meme(UUID(int=1))
    return Chosen(cell or tracked(meme), index, meme, assigned, neighbours, of or source())


def composed(*cells, options=None, drawing=None) -> Composed:
    return compose(cells, options or Options(), at=AT, by="kato", drawing=drawing)


def records(result):
    return [cell["metadata"]["lc_cell_meme"] for cell in result.document["cells"]]


@given(st.lists(st.tuples(any_cell, branched(), st.booleans()), max_size=5), options)
def test_whatever_a_cell_is_like_the_result_is_valid_and_reads_back(cells, options):
    result = compose(
        [chosen(cell, meme, assigned=assigned) for cell, meme, assigned in cells], options, at=AT, by="kato"
    )
    read_back = nbformat.reads(result.raw.decode(), as_version=4)
    nbformat.validate(read_back)
    assert len({cell.id for cell in read_back.cells}) == len(read_back.cells)
    borne = [cell.meme for cell in parse(result.raw).cells]
    assert None not in borne
    assert len(set(borne)) == len(borne)


@given(st.lists(branched(), min_size=1, max_size=5))
def test_every_copy_keeps_its_family_and_gets_one_more_number(before):
    after = [
        memes.parse(each["current"]) for each in records(composed(*(chosen(tracked(m), m) for m in before)))
    ]
    for old, new in zip(before, after, strict=True):
        assert new.uuid == old.uuid
        assert new.count == old.count + 1
        assert new.numbers[:-1] == old.numbers[-9:]
        assert memes.is_ancestor(old, new) or len(old.numbers) == 10


def test_of_more_than_ten_numbers_the_oldest_goes_and_the_count_goes_on():
    meme = memes.parse(f"{UUID(int=1)}-12-" + "-".join(f"000{digit}" for digit in "0123456789"))
    result = composed(chosen(tracked(meme), meme), drawing=Drawing(number=lambda: "fffe"))
    assert records(result)[0]["current"] == (
        f"{UUID(int=1)}-13-0001-0002-0003-0004-0005-0006-0007-0008-0009-fffe"
    )


def test_numbers_are_drawn_as_nblineage_draws_them():
    drawn = {Drawing().number() for _ in range(2000)}
    assert all(len(number) == 4 and 0 <= int(number, 16) <= 0xFFFE for number in drawn)
    assert len(drawn) > 1500


def test_two_copies_of_one_cell_are_two_branches():
    drawn = iter(["0001", "0001", "0002"])
    result = composed(chosen(), chosen(), drawing=Drawing(number=lambda: next(drawn)))
    assert [each["current"] for each in records(result)] == [f"{UUID(int=1)}-1-0001", f"{UUID(int=1)}-1-0002"]


def test_neighbours_are_told_and_nobody_stands_beyond_the_ends():
    told = records(composed(*(chosen(None, Meme(UUID(int=number))) for number in (1, 2, 3))))
    ids = [each["current"] for each in told]
    assert [each["previous"] for each in told] == [None, *ids[:-1]]
    assert [each["next"] for each in told] == [*ids[1:], None]


def test_what_a_cell_was_called_and_stood_between_goes_to_its_history():
    meme, earlier = Meme(UUID(int=1), "1-00ff"), {"current": str(UUID(int=1)), "previous": None, "next": None}
    cell = tracked(meme, "before", "after", [earlier])
    assert records(composed(chosen(cell, meme)))[0]["history"] == [
        earlier,
        {"current": str(meme), "previous": "before", "next": "after"},
    ]


def test_ends_without_keys_as_jupyterlab_writes_them_become_null():
    cell = code() | {"metadata": {"lc_cell_meme": {"current": str(UUID(int=1))}}}
    assert records(composed(chosen(cell)))[0]["history"][0] == {
        "current": str(UUID(int=1)),
        "previous": None,
        "next": None,
    }


def test_an_assigned_id_is_carried_from_now_on_with_the_neighbours_it_had():
    cell = code() | {"metadata": {"lc_cell_meme": {"current": "no meme", "previous": "stale"}}}
    record = records(composed(chosen(cell, assigned=True, neighbours=("one", "two"))))[0]
    assert memes.parse(record["current"]).uuid == UUID(int=1)
    assert record["history"] == [{"current": str(UUID(int=1)), "previous": "one", "next": "two"}]


def test_the_notebook_gets_a_meme_of_its_own_that_is_no_branch():
    document = composed(chosen(of=source(lc_notebook_meme={"current": str(UUID(int=9))}))).document
    record = document["metadata"]["lc_notebook_meme"]
    assert set(record) == {"current"}
    assert memes.parse(record["current"]).branch == ""
    assert UUID(record["current"]).version == 1


# ----- as new root


def as_new_root(*cells):
    return composed(*cells, options=Options(is_new_root=True))


def test_a_new_root_begins_families_of_its_own_and_says_from_what():
    meme = Meme(UUID(int=1), "1-00ff")
    result = as_new_root(chosen(tracked(meme, "a", "b"), meme))
    record, root = records(result)[0], result.document["metadata"]["lc_notebook_meme"]
    assert UUID(record["current"]).version == 1
    assert record["history"] == [{"current": str(meme), "previous": "a", "next": "b"}]
    assert root["root_cells"] == [record["current"]]
    assert root["root_cells_history"] == [[[str(meme), record["current"]]]]
    read_back = parse(result.raw)
    assert read_back.new_roots == ((meme, memes.parse(record["current"])),)
    assert read_back.cells[0].former == (meme,)


def test_a_title_is_among_the_root_cells_and_comes_from_nothing():
    result = composed(chosen(), options=Options(name="New", is_new_root=True))
    root = result.document["metadata"]["lc_notebook_meme"]
    assert root["root_cells"] == [each["current"] for each in records(result)]
    assert len(root["root_cells_history"][0]) == 1
    assert "history" not in records(result)[0]


def test_a_new_root_of_one_notebook_goes_on_its_line_and_one_of_several_begins_anew():
    one = source(
        1, lc_notebook_meme={"current": "now", "history": ["once"], "root_cells_history": [[["x", "y"]]]}
    )
    other = source(2, lc_notebook_meme={"current": "other"})
    alone = as_new_root(chosen(of=one)).document["metadata"]["lc_notebook_meme"]
    assert alone["history"] == ["once", "now"]
    assert alone["root_cells_history"][0] == [["x", "y"]]
    mixed = as_new_root(chosen(of=one), chosen(of=other)).document["metadata"]["lc_notebook_meme"]
    assert mixed["history"] == []
    assert len(mixed["root_cells_history"]) == 1


@pytest.mark.corpus
def test_a_whole_notebook_as_new_root_is_what_nblineage_makes_of_it():
    """But for the ids that both draw, and for neighbours of the last two cells, which nblineage corrects on the way."""
    if not VARIANTS.is_dir():
        pytest.skip("../shared/corpus is not here")
    before, after = (
        read((VARIANTS / f"newroot_{name}.ipynb").read_bytes())[0] for name in ("source", "result")
    )
    of = Source("a", "b", 1, "python", before["metadata"])
    found = parse((VARIANTS / "newroot_source.ipynb").read_bytes()).cells
    cells = [
        chosen(cell, each.meme or Meme(UUID(int=7)), assigned=each.meme is None, of=of, index=index)
        for index, (cell, each) in enumerate(zip(before["cells"], found, strict=True))
    ]
    result = as_new_root(*cells)
    mine, theirs = (document["metadata"]["lc_notebook_meme"] for document in (result.document, after))
    assert set(mine) == set(theirs) - {"lc_server_signature"} | {"root_cells_history"}
    assert mine["history"] == theirs["history"]
    told = [cell["metadata"]["lc_cell_meme"] for cell in after["cells"]]
    assert theirs["root_cells"] == [each["current"] for each in told]
    for my, their in zip(records(result), told, strict=True):
        assert set(my) == set(their)
        assert (my["previous"] is None, my["next"] is None) == (
            their["previous"] is None,
            their["next"] is None,
        )
    same = [
        my["history"] == their["history"] for my, their in zip(records(result)[:-2], told[:-2], strict=True)
    ]
    assert all(same), same


# ----- what comes along


def test_a_copy_has_not_been_run():
    output = {"output_type": "stream", "name": "stdout", "text": "x\n"}
    cell = code(outputs=[output], execution_count=4)
    cell["metadata"] = {
        "lc_wrapper": {"log_history": ["/a.log"]}, "pinned_outputs": [], "ExecuteTime": {}, "collapsed": True,
        "scrolled": False, "tags": ["check"], "jupyter": {"outputs_hidden": True, "source_hidden": True},
    }  # fmt: skip
    taken = carried(cell, keeps_outputs=False)
    assert (taken["outputs"], taken["execution_count"]) == ([], None)
    assert taken["metadata"] == {"tags": ["check"], "jupyter": {"source_hidden": True}}
    kept = carried(cell, keeps_outputs=True)
    assert (kept["outputs"], kept["execution_count"]) == ([output], 4)
    assert kept["metadata"]["lc_wrapper"] == {"log_history": ["/a.log"]}


def test_the_time_of_a_run_goes_with_its_outputs():
    cell = code() | {
        "metadata": {"lc_cell_meme": {"current": str(UUID(int=1)), "execution_end_time": "2026"}}
    }
    assert "execution_end_time" not in records(composed(chosen(cell)))[0]
    kept = records(composed(chosen(cell), options=Options(keeps_outputs=True)))[0]
    assert kept["execution_end_time"] == "2026"


@pytest.mark.parametrize("keeps_outputs", [False, True])
@pytest.mark.parametrize(
    "lock",
    [{"run_through_control": {"frozen": True, "read_only": False}}, {"run_control": {"read_only": True}}],
)
def test_a_frozen_or_read_only_cell_can_be_run_edited_and_taken_out_again(lock, keeps_outputs):
    cell = code() | {"metadata": {**lock, "editable": False, "deletable": False}}
    assert carried(cell, keeps_outputs=keeps_outputs)["metadata"] == {}


def test_what_somebody_else_protected_stays_protected():
    cell = code() | {
        "metadata": {"editable": False, "run_through_control": {"frozen": False, "read_only": False}}
    }
    assert carried(cell, keeps_outputs=False)["metadata"] == {"editable": False}


def test_no_cell_is_hidden_by_a_heading_that_stayed_behind():
    cell = code() | {"metadata": {"hidden": True}}
    assert carried(cell, keeps_outputs=True)["metadata"] == {}


def test_attachments_come_along_and_those_of_a_code_cell_do_not():
    bundle = {"dot.png": {"image/png": "iVBORw0="}}
    prose = {
        "cell_type": "markdown",
        "metadata": {},
        "source": "![](attachment:dot.png)",
        "attachments": bundle,
    }
    assert carried(prose, keeps_outputs=False)["attachments"] == bundle
    assert "attachments" not in carried(code(attachments=bundle), keeps_outputs=False)


def test_a_cell_keeps_its_nbformat_id_where_nobody_has_the_same():
    ids = [
        cell["id"]
        for cell in composed(chosen(code(id="one")), chosen(code(id="one")), chosen(code())).document["cells"]
    ]
    assert ids[0] == "one"
    assert len(set(ids)) == 3


def test_the_title_stands_first_and_can_be_left_out():
    named = composed(chosen(), options=Options(name="Recover  HDFS"))
    assert named.document["cells"][0]["source"] == "# Recover HDFS"
    assert records(named)[1]["previous"] == records(named)[0]["current"]
    assert len(composed(chosen(), options=Options(name="Recover", has_title=False)).document["cells"]) == 1


# ----- the notebook


def test_the_kernel_is_that_of_most_cells_that_run_and_a_mix_is_told():
    prose = {"cell_type": "markdown", "metadata": {}, "source": "x"}
    python, bash = source(1), source(2, "bash", BASH)
    result = composed(
        *(chosen(prose, of=bash) for _ in range(5)), chosen(of=python), chosen(of=python), chosen(of=bash)
    )
    assert result.languages == ("python", "bash")
    assert result.kernel == "Python 3"
    assert result.document["metadata"]["language_info"] == {"name": "python"}


def test_a_kernel_that_no_tool_could_read_is_left_out():
    result = composed(chosen(of=source(1, kernelspec={"display_name": 7}, language_info=[])))
    assert "kernelspec" not in result.document["metadata"]
    assert "language_info" not in result.document["metadata"]


def test_it_says_where_each_cell_comes_from():
    of = source(4, lc_notebook_meme={"current": "n"})
    meme = Meme(UUID(int=1), "1-00ff")
    result = composed(chosen(tracked(meme), meme, index=7, of=of))
    assert result.document["metadata"]["opsnotes"]["composed"] == {
        "at": "2026-03-27T14:52:00+00:00",
        "by": "kato",
        "as_new_root": False,
        "cells": [
            {
                "current": records(result)[0]["current"],
                "from": str(meme),
                "address": "https://ops.example.org/n/4/",
                "path": "ops/4.ipynb",
                "revision": 3,
                "index": 7,
                "notebook": "n",
            }
        ],
    }


def test_a_lone_surrogate_survives():
    result = composed(chosen(code("echo \ud800")))
    assert json.loads(result.raw)["cells"][0]["source"] == ["echo \ud800"]
    assert parse(result.raw).cells[0].source == "echo \ud800"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Recover HDFS", "Recover HDFS.ipynb"),
        ("復旧手順", "復旧手順.ipynb"),
        ("a/b\\c\n", "a b c.ipynb"),
        ("../../etc", "etc.ipynb"),
        ("x.ipynb", "x.ipynb"),
        ("  ", "composed.ipynb"),
        ("...", "composed.ipynb"),
        ("あ" * 200, "あ" * 80 + ".ipynb"),
    ],
)
def test_a_name_becomes_a_file_name(name, found):
    assert file_name(name, "composed") == found
