import pytest

from notebooks.rendering import SafeHtml, joined, safe, written


@pytest.mark.parametrize("text", ["<script>x</script>", "\" onload='x'", "a & b"])
def test_values_are_escaped(text):
    html = written('<b title="{}">{}</b>', text, text)
    assert "<script" not in html
    assert html.count('"') == 2
    assert "'" not in html


def test_safe_html_is_put_in_as_it_is():
    assert written("<p>{}{}</p>", SafeHtml("<b>x</b>"), 3) == "<p><b>x</b>3</p>"
    assert written("{}", written("<i>{}</i>", "<")) == "<i>&lt;</i>"


def test_what_is_escaped_once_is_not_escaped_again():
    assert written("{} {}", safe("a & b"), safe("a & b")) == "a &amp; b a &amp; b"


def test_braces_of_a_value_are_no_form():
    assert written("{}", "{0} {}") == "{0} {}"


def test_parts_are_escaped_unless_they_are_safe():
    assert joined([SafeHtml("<br>"), "<br>"]) == "<br>&lt;br&gt;"
    assert isinstance(joined([]), SafeHtml)
