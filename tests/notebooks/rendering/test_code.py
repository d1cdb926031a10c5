import re

import pytest

from notebooks.rendering.code import canonical, highlighted
from notebooks.rendering.magics import command_of, language_below


def words(source, language="python"):
    """(class, text) of what is coloured."""
    spans = re.findall(r'<span class="(\w+)">(.*?)</span>', highlighted(source, language), re.DOTALL)
    return [(name, text.strip()) for name, text in spans]


def text_of(html):
    return re.sub(r"<[^>]*>", "", html)


def test_python_is_coloured():
    assert ("k", "def") in words("def f(): return 1")
    assert ("c", "# at the end") in words("x = 1 # at the end")


@pytest.mark.parametrize(
    "line", ["!ls -l {host}", "out = !df -h", "%matplotlib inline", "a, b = %sx ls", "?print", "print??"]
)
def test_commands_of_ipython_stand_out_of_python(line):
    found = words(f"import os\n{line}\nx = 1")
    assert next(text for name, text in found if name in {"sh", "mg"}) in line
    assert ("k", "import") in found


def test_command_that_goes_on_over_lines_is_one():
    assert ("sh", "!ansible all \\\n  -m ping") in words("!ansible all \\\n  -m ping\nx = 1")


def test_exclamation_mark_inside_a_string_is_no_command():
    source = "x = '''\n!not a command\n%nor this\n'''"
    assert not [name for name, _ in words(source) if name in {"sh", "mg"}]
    assert text_of(highlighted(source, "python")) == source.replace("'", "'")


def test_modulo_and_not_equal_are_no_commands():
    assert not [name for name, _ in words("a % b\nif x != y: pass\n'%s' % x") if name in {"sh", "mg"}]


@pytest.mark.parametrize(
    ("source", "language"),
    [
        ("%%bash\nls", "bash"),
        ("%%sh\nls", "bash"),
        ("# a comment\n\n%%bash -s x\nls", "bash"),
        ("%%script perl\nls", "perl"),
        ("%%script /usr/bin/env\nls", ""),
        ("%%writefile hosts.yml\na: 1", "yaml"),
        ("%%writefile -a '/etc/nginx/nginx.conf'\nx", "nginx"),
        ("%%writefile {dir}/Dockerfile\nx", "docker"),
        ("%%writefile site.conf.j2\nx", "ini"),
        ("%%writefile\n", ""),
        ("%%javascript\nx", "javascript"),
        ("%%time\nx = 1", "python"),
        ("%%unheard_of\nx", ""),
        ("x = 1", "python"),
        ("!!\nx = 1", "python"),
    ],
)
def test_cell_magic_tells_the_language_of_the_rest(source, language):
    assert language_below(source, "python")[1] == language


def test_nothing_of_the_source_is_lost():
    for source in (
        "%%bash\nls # x",
        "!ls\n",
        "x = 1\n\n\n",
        "  \n",
        "",
        "a\tb",
        "%%time",
        "!!\n!!ls",
        "<&>\"'",
    ):
        html = highlighted(source, "python")
        text = text_of(html).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert text == source


def test_unknown_language_is_plain_text():
    assert highlighted("a < b", "brainfuck") == "a &lt; b"


def test_names_of_languages_as_kernels_and_people_write_them():
    assert [canonical(name) for name in ("Python3", "sh", "ssh", "ipython", "R", "c++")] == [
        "python", "bash", "bash", "python", "r", "cpp"
    ]  # fmt: skip


def test_very_long_source_is_not_coloured():
    assert "<span" not in highlighted("x = 1\n" * 30_000, "python")


def test_line_without_command():
    assert command_of("x = 5 % 3") == ("", "")
