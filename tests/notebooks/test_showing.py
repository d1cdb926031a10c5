import re
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notebooks import blobs, sidefiles, storing, tidying
from notebooks.contents import content_of
from notebooks.models import Fragment, Notebook
from notebooks.showing import shown_cells, shown_outputs, shown_revision, whole_cells
from notebooks.verdict import Ending
from tests.builders import display, error, make_runbook, make_space, stream

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def html_of(notebook, user=NOBODY, **how):
    return "".join(cell.html for cell in shown_cells(notebook, user, **how).cells)


def whole_html_of(notebook):
    return "".join(cell.html for cell in whole_cells(content_of(notebook), NOBODY))


def public(**fields):
    return make_space(is_public=True, **fields)


def test_cells_come_in_order_with_their_html():
    showing = shown_cells(make_runbook(("markdown", "# One"), "ls", ("markdown", "two")), NOBODY)
    assert [cell.index for cell in showing.cells] == [0, 1, 2]
    assert '<h2 id="cell-0-One">One' in showing.cells[0].html


def test_nothing_of_a_marker_is_left():
    html = html_of(
        make_runbook(("markdown", "# T\n[a](b.ipynb) ![c](d.png)"), ("code", "ls", [stream("x\n" * 99)]))
    )
    assert "\x02" not in html
    assert "\x03" not in html


def test_link_leads_to_the_notebooks_page_here():
    space = public()
    target = make_runbook(("markdown", "# Target"), space=space, path="share/日本語 1.ipynb")
    source = make_runbook(
        ("markdown", "[go](../share/%E6%97%A5%E6%9C%AC%E8%AA%9E%201.ipynb)"),
        space=space,
        path="a/b.ipynb",
    )
    assert f'<a href="{target.get_absolute_url()}">go</a>' in html_of(source)


def link_into(target_cells, written):
    """Where `written`, in a notebook beside, leads: below the target's own address."""
    space = public()
    target = make_runbook(*target_cells, space=space, path="other.ipynb")
    source = make_runbook(("markdown", f"[go]({written})"), space=space)
    address = re.search(r'<a href="([^"]*)">go</a>', html_of(source))[1]
    assert address.startswith(target.get_absolute_url())
    return unquote(address.removeprefix(target.get_absolute_url()))


HEADINGS = [
    ("markdown", "# Other"),
    "ls",
    ("markdown", "## Some Heading\n\n### 再構築 の 手順"),
    ("markdown", '## Some Heading\n\n## C# "quoted" & 100%'),
]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("other.ipynb#Some-Heading", "#cell-2-Some-Heading"),
        ("other.ipynb#Some%20Heading", "#cell-2-Some-Heading"),
        ("other.ipynb#some-heading", "#cell-2-Some-Heading"),
        ("./other.ipynb?x=1#Some-Heading", "#cell-2-Some-Heading"),
        ("other.ipynb#再構築-の-手順", "#cell-2-再構築-の-手順"),
        (
            "other.ipynb#%E5%86%8D%E6%A7%8B%E7%AF%89%20%E3%81%AE%20%E6%89%8B%E9%A0%86",
            "#cell-2-再構築-の-手順",
        ),
        ("other.ipynb#C%23-%22quoted%22-%26-100%25", "#cell-3-C-quoted-100"),
        ("other.ipynb#No-such-heading", ""),
        ("other.ipynb#", ""),
        ("other.ipynb#%00%22%3E%3Cscript%3E", ""),
    ],
)
def test_link_to_a_heading_of_another_notebook_leads_to_its_cell_or_to_the_top(written, place):
    assert link_into(HEADINGS, written) == place


def test_place_that_a_link_leads_to_is_on_the_other_notebooks_page():
    place = link_into(HEADINGS, "other.ipynb#再構築-の-手順")
    assert f'id="{place[1:]}"' in html_of(Notebook.objects.get(path="other.ipynb"))


def test_link_to_a_heading_of_a_notebook_without_any_leads_to_its_top():
    assert link_into(["ls"], "other.ipynb#Some-Heading") == ""


def test_links_to_two_headings_of_one_notebook_stay_apart():
    space = public()
    make_runbook(*HEADINGS, space=space, path="other.ipynb")
    source = make_runbook(
        ("markdown", "[a](other.ipynb#Other) [b](other.ipynb#Some-Heading) [c](other.ipynb)"), space=space
    )
    assert re.findall(r'href="[^"#]*(#?[^"]*)"', html_of(source)) == [
        "#cell-0-Other",
        "#cell-2-Some-Heading",
        "",
    ]
    assert source.links.count() == 1


def test_link_to_what_is_not_there_is_text():
    html = html_of(make_runbook(("markdown", "see [the other](gone.ipynb)"), space=public()))
    assert "<a>the other</a>" in html


def test_link_does_not_tell_of_a_deleted_notebook():
    space = public()
    target = make_runbook(space=space, path="t.ipynb")
    source = make_runbook(("markdown", "[go](t.ipynb)"), space=space, path="s.ipynb")
    type(target).objects.filter(pk=target.pk).update(deleted_at="2026-01-01T00:00:00Z")
    assert "<a>go</a>" in html_of(source)


def test_link_to_a_folder_leads_to_its_page():
    space = public()
    make_runbook(space=space, path="share/x.ipynb")
    source = make_runbook(("markdown", "[all](share/)"), space=space)
    assert f'href="/browse/{space.slug}/share/"' in html_of(source)


def test_image_beside_the_notebook_is_shown():
    space = public()
    sidefiles.store(space, "docs/a.png", blobs.put(b"x"), 1)
    source = make_runbook(("markdown", "![a](a.png)"), space=space, path="docs/n.ipynb")
    assert f'src="/files/{space.slug}/docs/a.png"' in html_of(source)


def test_link_within_the_notebook_finds_its_heading_in_another_cell():
    source = make_runbook(
        ("markdown", "[down](#Step-two) [too](#Step%20two) [also](#step-two) [up](#here) [no](#nowhere)"),
        ("markdown", "## Step two\n<a id='here'></a>"),
    )
    html = html_of(source)
    assert html.count('href="#cell-1-Step-two"') == 4  # the heading's own permalink is the fourth
    assert 'href="#cell-1-here"' in html
    assert "<a>no</a>" in html


def test_image_output_is_asked_for_through_the_notebook():
    notebook = make_runbook(("code", "plot()", [display({"image/png": DOT, "text/plain": "<Figure>"})]))
    assert f'src="/n/{notebook.pk}/assets/' in html_of(notebook)


def test_whole_copy_has_its_images_and_long_outputs_inside():
    notebook = make_runbook(
        ("code", "plot()", [display({"image/png": DOT})]),
        ("code", "long()", [stream("line\n" * 500 + "end")]),
    )
    html = whole_html_of(notebook)
    assert 'src="data:image/png;base64,' in html
    assert html.count("line\n") == 500
    assert "hx-get" not in html


def test_report_leaves_the_code_out():
    notebook = make_runbook(("code", "secret_code()", [stream("result")]))
    html = html_of(notebook, has_source=False)
    assert "secret_code" not in html
    assert "result" in html


def test_number_of_queries_does_not_grow():
    def queries(count):
        cells = [("markdown", f"# H{n}\n[x](n{n}.ipynb#H{n}) ![y](p{n}.png)") for n in range(count)]
        notebook = make_runbook(*cells, space=public())
        for n in range(count):
            make_runbook(("markdown", f"# H{n}"), space=notebook.space, path=f"n{n}.ipynb")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            shown_cells(notebook, NOBODY)
        return len(captured)

    assert queries(2) == queries(40) <= 9


def test_old_revision_is_shown_with_the_ids_it_had():
    space = public()
    first = make_runbook("ls", ("markdown", "# Old"), space=space)
    make_runbook("ls -l", space=space)
    showing = shown_revision(first.revisions.get(number=1), NOBODY)
    assert [str(cell.meme) for cell in showing.cells] == [meme[0] for meme in first.revision.memes]
    assert "Old" in showing.cells[1].html


def test_old_revision_whose_fragments_go_while_it_is_read_is_rendered_again(monkeypatch):
    space = public()
    first = make_runbook(("markdown", "# Old"), "df", space=space)
    make_runbook("ls -l", space=space)
    keep, tidied = storing.keep_fragments, []

    def keep_and_tidy(*what):
        keep(*what)
        if not tidied:
            tidied.append(tidying.remove_fragments())

    monkeypatch.setattr(storing, "keep_fragments", keep_and_tidy)
    showing = shown_revision(first.revisions.get(number=1), NOBODY)
    assert tidied
    assert (showing.title, len(showing.cells)) == ("Old", 2)
    assert "Old" in showing.cells[0].html


def test_old_revision_whose_fragments_are_gone_is_rendered_again():
    space = public()
    first = make_runbook(("markdown", "# Old"), space=space)
    make_runbook("ls -l", space=space)
    Fragment.objects.filter(html__contains="Old").delete()
    assert "Old" in shown_revision(first.revisions.get(number=1), NOBODY).cells[0].html


def test_outline_tells_how_the_cells_below_each_heading_ended():
    showing = shown_cells(
        make_runbook(
            ("markdown", "# Top"),
            ("markdown", "### Deep"),
            ("code", "ls", [stream("x")]),
            ("code", "rm", [error("OSError", "no")]),
            ("markdown", "# Next"),
            "left",
        ),
        NOBODY,
    )
    assert [(e.text, e.depth, [str(b.status) for b in e.bricks]) for e in showing.outline] == [
        ("Top", 0, []),
        ("Deep", 1, ["ok", "error"]),
        ("Next", 0, ["not_run"]),
    ]
    assert showing.outline[1].element_id == "cell-1-Deep"


def test_verdict_of_a_run_that_stopped():
    verdict = shown_cells(
        make_runbook(
            "first", ("code", "ls", [stream("x")]), ("code", "rm", [error("OSError", "no")]), "left"
        ),
        NOBODY,
    ).verdict
    assert (verdict.total, verdict.ran, verdict.failed) == (4, 2, 1)
    assert verdict.ending is Ending.STOPPED
    assert (verdict.stopped_at, verdict.stopped_step) == (2, 3)


def long_notebook(cells, outputs):
    return make_runbook(*[("code", f"step({n})", outputs) for n in range(cells)])


def test_very_long_page_leaves_outputs_to_be_asked_for():
    line = "2026-01-01 10:00:00 \x1b[32mok\x1b[0m changed: [host-1.example.org]\n"
    notebook = long_notebook(300, [stream(line * 39), display({"text/plain": "y" * 5000})])
    html = html_of(notebook)
    assert len(html) < 800_000
    assert f'hx-get="/n/{notebook.pk}/cells/' in html
    assert html.count("step") == 300


def test_folded_outputs_alone_keep_a_page_of_four_megabytes_small():
    line = "2026-01-01 10:00:00 \x1b[32mok\x1b[0m changed: [host-1.example.org]\n"
    assert len(html_of(long_notebook(300, [stream(line * 200)]))) < 800_000


def test_whole_copy_leaves_nothing_out():
    assert whole_html_of(long_notebook(120, [stream("z" * 7000)])).count("z" * 7000) == 120


def test_the_outputs_of_one_cell_bring_no_other_cell_from_the_database():
    notebook = make_runbook(("code", "a", [stream("first")]), ("code", "b", [stream("second")]))
    with CaptureQueriesContext(connection) as captured:
        html = shown_outputs(notebook, 1, NOBODY)
    assert "second" in html
    assert "first" not in html
    assert len(captured) == 1
    assert '"index" >= 1' in captured[0]["sql"]


def test_a_link_in_the_outputs_of_one_cell_finds_the_heading_of_another():
    shown = display({"text/markdown": "[back](#Top)"})
    notebook = make_runbook(("markdown", "# Top"), ("code", "b", [shown]))
    assert 'href="#cell-0-Top"' in shown_outputs(notebook, 1, NOBODY)


def test_there_are_no_outputs_of_a_cell_that_is_not_there():
    notebook = make_runbook(("code", "a", [stream("x")]))
    assert shown_outputs(notebook, 1, NOBODY) is None
    assert shown_outputs(notebook, 1, NOBODY, notebook.revision) is None


def test_short_outputs_stay_where_a_long_one_is_put_away():
    cells = [("code", "short()", [stream("short result")])] + [
        ("code", f"x({n})", [stream("z" * 7900)]) for n in range(90)
    ]
    assert "short result" in html_of(make_runbook(*cells))


def test_error_is_put_away_last():
    failed = ("code", "fail()", [error("OSError", "no host", ["z" * 7900])])
    html = html_of(make_runbook(failed, *[("code", f"x({n})", [stream("z" * 7800)]) for n in range(120)]))
    assert "OSError: no host" in html
    assert "Show the output" in html
