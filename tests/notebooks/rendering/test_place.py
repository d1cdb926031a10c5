from dataclasses import replace

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from notebooks.parsing.model import CellType, Marks, Output, OutputKind, ParsedCell
from notebooks.rendering import SafeHtml, digest, fragment_digest, marks, render
from tests.notebooks.rendering.builders import placed

SHA = "a1" * 32


def test_markers_become_addresses():
    html = f'<img src="{marks.asset(SHA)}"><a href="{marks.more(SHA)}"><i id="{marks.ID_PREFIX}x">'
    assert placed(html) == f'<img src="/assets/{SHA}"><a href="/outputs/{SHA}"><i id="cell-7-x">'


def test_address_is_escaped():
    html = placed(f'<a href="{marks.link("x")}">', link_url=lambda _path: '"><script>')
    assert html == '<a href="&quot;&gt;&lt;script&gt;">'


@pytest.mark.parametrize(
    "marker", ["a" + "0" * 63, "a../../x", "zunknown", "", "w<script>", "w" * 500, "wfrozen:x", "f"]
)
def test_marker_that_is_none_leaves_nothing(marker):
    assert placed(f"a\x02{marker}\x03b") == "ab"


@given(st.text(alphabet="\x02\x03[]SFRO" + 'alhimwf0123456789abcdef:"<> ', max_size=80))
def test_no_marker_is_left_whatever_it_was(text):
    assert not {"\x02", "\x03"} & set(placed(text))


def test_templates_show_placed_html_as_it_is():
    html = placed("<b>x</b>")
    assert isinstance(html, SafeHtml)
    assert Template("{{ html }}").render(Context({"html": html})) == "<b>x</b>"


def test_report_has_no_source_and_page_has():
    html = marks.source("<pre>code</pre>") + "<p>out</p>"
    assert placed(html) == "<pre>code</pre><p>out</p>"
    assert placed(html, has_source=False) == "<p>out</p>"


def test_outputs_can_be_asked_for_later():
    html = marks.source("code") + marks.outputs(marks.folded(SHA, "<p>long</p>"))
    later = placed(html, outputs_url="/n/1/cells/7/outputs")
    assert later.startswith("code<div")
    assert 'href="/n/1/cells/7/outputs"' in later
    assert "long" not in later


def test_whole_replaces_the_fold():
    html = marks.folded(SHA, "<p>beginning</p>")
    assert placed(html, whole=lambda _sha256: "<p>all</p>") == "<p>all</p>"
    assert placed(html, whole=lambda _sha256: None) == "<p>beginning</p>"


def cell(**fields):
    return ParsedCell(**{"index": 0, "cell_type": CellType.CODE, "source": "x", **fields})


CHANGES = [
    {"source": "y"},
    {"cell_type": CellType.MARKDOWN},
    {"outputs": (Output(OutputKind.STREAM, text="x"),)},
    {"outputs": (Output(OutputKind.STREAM, text="x", name="stderr"),)},
    {"attachments": {"a": {"image/png": "x"}}},
    {"marks": Marks(is_frozen=True)},
    {"marks": Marks(tags=("x",))},
    {"source": "\ud800"},
    {"outputs": (Output(OutputKind.DISPLAY, data={"application/json": 2**70}),)},
]


def test_whatever_html_depends_on_changes_the_digest():
    digests = {fragment_digest(cell(**change), "python") for change in [{}, *CHANGES]}
    assert len(digests) == len(CHANGES) + 1


def test_what_html_does_not_depend_on_leaves_the_digest():
    assert fragment_digest(cell(), "python") == fragment_digest(
        cell(index=9, execution_count=4, cell_id="q"), "python"
    )


def test_language_matters_to_code_alone():
    prose = cell(cell_type=CellType.MARKDOWN)
    assert fragment_digest(prose, "python") == fragment_digest(prose, "r")
    assert fragment_digest(cell(), "python") != fragment_digest(cell(), "r")


def test_new_renderer_gives_new_digests(monkeypatch):
    before = fragment_digest(cell(), "python")
    monkeypatch.setattr(digest, "RENDERER_VERSION", digest.RENDERER_VERSION + 1)
    assert fragment_digest(cell(), "python") != before


def test_same_digest_means_same_html():
    first = cell(source="# x", cell_type=CellType.MARKDOWN)
    assert render(first, "python") == render(replace(first, index=3), "r")
