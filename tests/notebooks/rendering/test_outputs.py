import pytest

from notebooks.parsing.model import CellType, Output, OutputKind, ParsedCell
from notebooks.rendering import output_text, render, whole_output
from notebooks.rendering.folding import TEXT, raw_text
from notebooks.rendering.frames import FRAME
from tests.builders import display, error, stream
from tests.notebooks.rendering.builders import cell, html_of, output_html, placed, rendered

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SVG = "<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>"


def assets_of(*outputs):
    return rendered(("code", "", list(outputs))).assets


def test_source_comes_before_the_outputs():
    html = html_of(("code", "print(1)", [stream("1\n")]))
    assert html.index('class="source"') < html.index('<div class="outputs"><pre class="output">1</pre></div>')


def test_stderr_is_marked():
    assert '<p class="stream">standard error</p>' in output_html(stream("warning", "stderr"))


def test_chunks_of_a_stream_are_one_output():
    assert output_html(stream("a"), stream("b\n")).count("<pre") == 1


def test_error_begins_with_its_name_and_message():
    html = output_html(
        error("ValueError", "no <such> host", ["\x1b[31mValueError\x1b[0m: no <such> host", "at 1"])
    )
    assert '<p class="error-name">ValueError: no &lt;such&gt; host</p>' in html
    assert '<span class="t-f1">ValueError</span>' in html


def test_error_without_traceback_is_said_once():
    assert output_html(error("KeyError", "'x'")).count("KeyError") == 1


def test_long_output_is_folded_and_its_whole_is_an_asset():
    text = "".join(f"line {n}\n" for n in range(1200))
    html = output_html(stream(text))
    assert "line 0\n" in html
    assert "line 1199" in html
    assert "line 600" not in html
    assert "Show all 1,200 lines" in html
    (asset,) = assets_of(stream(text))
    assert asset.media_type == TEXT
    assert raw_text(asset.raw) == text.rstrip("\n")
    assert "line 600\n" in whole_output(asset.raw, asset.media_type)


def test_forty_lines_are_not_folded():
    assert not assets_of(stream("line\n" * 40))
    assert assets_of(stream("line\n" * 41))


def test_one_endless_line_is_folded():
    html = output_html(stream("x" * 50_000))
    assert len(html) < 3000


def test_progress_bar_is_not_taken_for_a_long_output():
    assert not assets_of(stream("".join(f"\r{n}%" for n in range(10_000))))


def test_end_of_a_folded_output_keeps_its_colour():
    html = output_html(stream("start \x1b[31m" + "red\n" * 100))
    assert html.count('<span class="t-f1">') == 2


def test_table_of_pandas_is_shown_as_a_table():
    html = output_html(
        display(
            {"text/html": "<style>td{}</style><table border=1 class=dataframe><tr><td>1</td></tr></table>"}
        )
    )
    assert "<table><tbody><tr><td>1</td></tr></tbody></table>" in html
    assert "style" not in html


def test_very_long_table_is_folded():
    table = "<table>" + "<tr><td>cell</td></tr>" * 4000 + "</table>"
    html = output_html(display({"text/html": table}))
    assert len(html) < 5000
    (asset,) = assets_of(display({"text/html": table}))
    assert whole_output(asset.raw, asset.media_type).count("<td>") == 4000


def test_image_is_an_asset_with_the_size_that_jupyter_gives():
    html = output_html(
        display(
            {"image/png": DOT + "\n", "text/plain": "<Figure>"},
            **{"image/png": {"width": 300, "height": 2.5}},
        )
    )
    assert 'alt="&lt;Figure&gt;" loading="lazy" width="300" height="2">' in html


@pytest.mark.parametrize("content", ["not base64!", "", None, 5, {"a": 1}, ["x"], "AAAA"])
def test_broken_image_falls_back_to_its_text(content):
    assert "Figure" in output_html(display({"image/png": content, "text/plain": "Figure"}))


def test_drawing_is_an_asset():
    (asset,) = assets_of(display({"image/svg+xml": SVG}))
    assert asset.media_type == "image/svg+xml"
    assert b"<rect" in asset.raw


def test_picture_goes_before_its_text_and_html_before_the_picture():
    html = output_html(display({"text/plain": "plain", "image/png": DOT, "text/html": "<b>rich</b>"}))
    assert "<b>rich</b>" in html
    assert "plain" not in html


def test_latex_is_a_formula():
    assert "<mfrac>" in output_html(
        display({"text/latex": "$\\displaystyle \\frac{1}{2}$", "text/plain": "1/2"})
    )


def test_json_is_indented():
    assert '<span class="nt">"a"</span>: [\n' in output_html(display({"application/json": {"a": [1]}}))


def test_markdown_output_brings_no_headings_into_the_outline():
    assert rendered(("code", "", [display({"text/markdown": "# Big"})])).headings == ()


@pytest.mark.parametrize(
    "mime", ["application/vnd.plotly.v1+json", "application/vnd.vegalite.v5+json", "application/geo+json"]
)
def test_kind_that_needs_a_program_of_its_own_shows_text_picture_and_data(mime):
    html = output_html(display({mime: {"data": [1]}, "text/plain": "a chart"}))
    assert f"<code>{mime}</code>" in html
    assert "a chart" in html
    assert "&quot;data&quot;" in html or '"data"' in html


def test_picture_of_an_interactive_chart_is_shown_for_it():
    chart = display(
        {"application/vnd.plotly.v1+json": {"data": [1]}, "image/png": DOT, "text/plain": "a chart"}
    )
    assert "<img" in output_html(chart)


def test_script_runs_only_in_the_frame():
    output = display({"text/html": "<div id=x>seen</div><script>go()</script>", "text/plain": "Chart()"})
    html = output_html(output)
    assert "seen" in html
    assert "go()" not in html
    assert '<iframe sandbox="allow-scripts" loading="lazy" src="/frame/' in html
    (frame,) = [asset for asset in assets_of(output) if asset.media_type == FRAME]
    assert b"<script>go()</script>" in frame.raw


def test_javascript_output_cannot_end_its_own_script():
    (frame,) = assets_of(display({"application/javascript": "x = '</script><script>y'"}))
    assert frame.raw.rpartition(b"<script>")[2].count(b"</script>") == 1


def test_frame_is_left_out_where_there_is_no_address_for_it():
    html = output_html_without_frame(display({"text/html": "<script>1</script>", "text/plain": "Chart()"}))
    assert "iframe" not in html
    assert "Chart()" in html


def output_html_without_frame(output):
    return html_of(("code", "", [output]), has_source=False, frame_url=lambda _sha256: "")


def test_unknown_output_type_is_named():
    assert "<code>sound</code>" in output_html({"output_type": "sound"})


def test_empty_output_leaves_nothing():
    assert output_html(display({}), stream("\n"), display({"text/html": ""})) == ""


def test_broken_renderer_shows_the_plain_text(monkeypatch, caplog):
    def broken(*_arguments):
        raise RuntimeError("broken")

    monkeypatch.setattr("notebooks.rendering.outputs.display_html", broken)
    html = output_html(display({"text/plain": "still here"}))
    assert "still here" in html
    assert "could not be rendered" in caplog.text


def test_broken_cell_is_shown_as_written(monkeypatch, caplog):
    def broken(*_arguments):
        raise RuntimeError("broken")

    monkeypatch.setattr("notebooks.rendering.cell.highlighted", broken)
    assert "x &lt; 1" in placed(render(cell("x < 1"), "python").html)
    assert "could not be rendered" in caplog.text


def marked(**metadata):
    return {
        "cell_type": "code",
        "source": "x",
        "outputs": [stream("y")],
        "execution_count": 1,
        "metadata": metadata,
    }


def test_marks_of_extensions_are_shown():
    html = html_of(
        marked(run_through_control={"frozen": True, "read_only": True}, tags=["parameters", "mine"])
    )
    for name, word in (
        ("frozen", "frozen"),
        ("read_only", "read-only"),
        ("parameters", "parameters"),
        ("tag", "mine"),
    ):
        assert f'<span class="badge {name}">{word}</span>' in html


def test_what_was_collapsed_is_put_away():
    html = html_of(marked(jupyter={"source_hidden": True, "outputs_hidden": True}))
    assert html.count('<details class="put-away">') == 2


def test_pinned_outputs_are_kept_newest_first():
    pinned = [{"execution_count": n, "outputs": [stream(f"old {n}")]} for n in (3, 5)]
    html = html_of(marked(pinned_outputs=pinned))
    assert html.index("Pinned output [5]") < html.index("Pinned output [3]")
    assert "old 3" in html


def texts(*outputs):
    return output_text(cell(("code", "", list(outputs))).outputs)


def test_search_text_is_what_a_reader_sees():
    assert texts(stream("\x1b[31m10%\r100%\x1b[0m\n")) == "100%\n"
    assert texts(error("OSError", "no", ["\x1b[31mTrace\x1b[0m"])) == "OSError: no\nTrace"
    assert texts(display({"text/plain": "plain", "text/html": "<b>rich</b>"})) == "plain"
    assert (
        texts(
            display({"text/html": "<table><tr><td>a</td><td>b</td></tr><tr><td>c &amp; d</td></tr></table>"})
        )
        == "a b\nc & d"
    )
    assert (
        texts(display({"text/html": "<p>shown</p>", "text/plain": "<IPython.core.display.HTML object>"}))
        == "shown"
    )
    assert texts(display({"application/json": {"key": "値"}})) == '{\n  "key": "値"\n}'
    assert texts(display({"text/html": "<script>secret()</script>"})) == ""


def test_json_of_any_size_of_number_is_shown():
    output = Output(OutputKind.DISPLAY, data={"application/json": {"big": 10**30, "none": float("nan")}})
    assert str(10**30) in render(ParsedCell(0, CellType.CODE, "", outputs=(output,)), "python").html


def test_drawing_inside_html_is_an_image():
    html = f"<div>graph: {SVG}</div>"
    (asset,) = assets_of(display({"text/html": html}))
    assert b"<rect" in asset.raw
    assert '<div>graph: <img src="/assets/' in output_html(display({"text/html": html}))


def test_frame_of_another_host_is_a_link():
    html = output_html(
        display({"text/html": '<iframe width=9 src="https://example.org/board?a=1"></iframe>'})
    )
    assert '<a href="https://example.org/board?a=1" rel="noopener noreferrer">' in html


@pytest.mark.parametrize("text", ["<td>one = 1</td>", "<p>javascript: no</p>", "<b title='x'>on x=1</b>"])
def test_words_are_not_taken_for_script(text):
    assert "iframe" not in output_html(display({"text/html": f"<table><tr>{text}</tr></table>"}))
