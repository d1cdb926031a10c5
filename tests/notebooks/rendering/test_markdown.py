import pytest

from notebooks.rendering import Heading, render_markdown
from tests.notebooks.rendering.builders import placed, rendered

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def html_of(text, **fields):
    return placed(render_markdown(text).html, **fields)


def test_headings_go_below_the_pages_own():
    html = html_of("# One\n\n###### Six")
    assert '<h2 id="cell-7-One">One' in html
    assert '<h6 id="cell-7-Six">Six' in html
    assert "<h1" not in html


def test_heading_written_as_html_goes_below_too():
    assert "<h2>Raw</h2>" in html_of("<h1>Raw</h1>")


def test_headings_are_told_with_their_level_and_anchor():
    headings = render_markdown("# 構築 `ls` **now**\n\n## 構築 ls now").headings
    assert headings == (Heading(1, "構築 ls now", "構築-ls-now"), Heading(2, "構築 ls now", "構築-ls-now-1"))


def test_heading_bears_its_permalink():
    assert '<a class="anchor" href="#cell-7-A-b" aria-label="Link to this heading">#</a></h2>' in html_of(
        "# A b"
    )


def test_table_keeps_its_alignment_without_styles():
    html = html_of("|a|b|c|\n|:-|-:|:-:|\n|1|2|3|")
    assert '<td class="align-right">2</td>' in html
    assert '<td class="align-center">3</td>' in html
    assert "style=" not in html
    assert html.startswith('<div class="table" role="group" aria-label="Table" tabindex="0"><table>')


def test_task_list():
    html = html_of("- [ ] open\n- [x] done\n- plain")
    assert '<li class="task"><span class="box">☐</span> open</li>' in html
    assert '<li class="task"><span class="box done">☑</span> done</li>' in html
    assert "<li>plain</li>" in html


def test_strikethrough_and_bare_addresses():
    html = html_of("~~old~~ see https://example.org/a?b=1")
    assert "<s>old</s>" in html
    assert '<a href="https://example.org/a?b=1" rel="noopener noreferrer">' in html


def test_fenced_code_is_coloured_by_its_language():
    assert '<span class="nb">cd ' in html_of("```bash\ncd /etc\n```")


def test_formula_is_mathml():
    html = html_of("inline $x^2$ and\n\n$$\\frac{a}{b}$$")
    assert '<math display="inline">' in html
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in html
    assert "<mfrac>" in html


def test_equation_environment_needs_no_dollars():
    assert "<mtable" in html_of("\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}")


def test_formula_that_cannot_be_read_is_shown_as_written():
    assert '<span class="formula"><code>\\frac{a</code></span>' in html_of("$\\frac{a$")


@pytest.mark.parametrize("text", ["costs $5 and $10", "$HOME and $PATH", "`$x$`", "a \\$x\\$ b"])
def test_dollars_are_not_always_formulas(text):
    assert "<math" not in html_of(text)


def test_relative_link_is_noted_and_can_be_placed():
    result = render_markdown("[a](../x/%E6%A7%8B.ipynb?raw=1#top) <a href='b c.ipynb'>b</a> ![i](img/a.png)")
    assert result.links == ("../x/%E6%A7%8B.ipynb#top", "b%20c.ipynb", "img/a.png")
    assert 'href="/here/../x/%E6%A7%8B.ipynb#top"' in placed(result.html)


def test_link_to_nowhere_keeps_its_text():
    assert "<a>text</a>" in html_of("[text](gone.ipynb)", link_url={}.get)


def test_image_of_another_host_is_a_link():
    html = html_of("![Build badge](https://example.org/badge.svg)")
    assert "<img" not in html
    assert 'href="https://example.org/badge.svg"' in html
    assert "Build badge" in html


def test_image_of_another_host_inside_a_link_stays_one_link():
    assert html_of("[![badge](https://example.org/b.svg)](https://example.org)").count("<a ") == 1


def test_data_image_becomes_an_asset():
    result = render_markdown(f"![dot](data:image/png;base64,{DOT})")
    (asset,) = result.assets
    assert asset.media_type == "image/png"
    assert f'src="/assets/{asset.sha256}" alt="dot"' in placed(result.html)


def test_attachment_becomes_an_asset():
    cell = {
        "cell_type": "markdown",
        "source": "![dot](attachment:%E5%9B%B3%201.png) ![gone](attachment:other.png)",
        "attachments": {"図 1.png": {"image/png": DOT}},
    }
    result = rendered(cell)
    assert [asset.media_type for asset in result.assets] == ["image/png"]
    assert '<span class="missing-image">gone</span>' in placed(result.html)


def test_what_calls_itself_an_image_must_be_one():
    assert render_markdown("![x](data:image/png;base64,PHNjcmlwdD4=)").assets == ()


def test_raw_html_keeps_what_is_harmless():
    html = html_of(
        "<center><font color='red'>warn</font></center><br><b>bold</b> <kbd>C</kbd>"
        "<details><summary>s</summary>x</details>"
    )
    assert "<center><font>warn</font></center><br><b>bold</b> <kbd>C</kbd>" in html
    assert "<details><summary>s</summary>x</details>" in html


def test_very_long_prose_is_shown_as_written():
    assert html_of("# x\n" * 300_000).startswith('<pre class="raw">')


def test_ten_thousand_nested_quotes_end():
    assert render_markdown("> " * 10_000 + "x").html


def test_words_of_the_interface_are_in_the_readers_language(monkeypatch):
    monkeypatch.setattr("notebooks.rendering.words.gettext", lambda text: f"<{text}>")
    assert 'aria-label="&lt;Link to this heading&gt;"' in html_of("# x")
