import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebooks.paths import UnsafePath, clean, clean_folder, one_way, resolved, skip_reason, storable


@given(st.text())
def test_a_path_is_cleaned_or_refused_and_never_leads_out(text):
    try:
        path = clean(text)
    except UnsafePath:
        return
    names = path.split("/")
    assert ".." not in names and "." not in names and "" not in names
    assert clean(path) == path
    path.encode()


def test_decomposed_names_from_macos_become_composed():
    name = "バックアップ.ipynb"
    assert clean(unicodedata.normalize("NFD", name)) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("mark", [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))])
def test_names_read_one_way(mark):
    assert clean(f"ops/disk{mark}gpj.ipynb") == "ops/diskgpj.ipynb"
    assert one_way(f"{mark}title{mark}") == "title"


def test_names_in_right_to_left_scripts_stay():
    name = "ops/דיסק מלא/القرص\u200f.ipynb"
    assert clean(name) == name


@pytest.mark.parametrize("path", [".\u202e./a.ipynb", "a/.\u2066.\u2069/b", "\u202e/etc/passwd", "\u202e"])
def test_what_is_left_without_such_marks_leads_out_nowhere(path):
    with pytest.raises(UnsafePath):
        clean(path)


@pytest.mark.parametrize(
    "path",
    ["../a", "a\\..\\b", "\\\\host\\a", "a/../../b", "/etc/passwd", "C:\\a", "c:/a", "", ".", "a\nb", "a/.."],
)
def test_paths_that_lead_out_are_refused(path):
    with pytest.raises(UnsafePath):
        clean(path)


def test_a_path_too_long_says_so():
    with pytest.raises(UnsafePath) as caught:
        clean("a/" * 600 + "b")
    assert caught.value.code == "path_too_long"


def test_a_backslash_belongs_to_the_name():
    path = "share/!ssh {target} bash -l -c \\.ipynb"
    assert clean(path) == path
    assert skip_reason(path) == ""


def test_doubled_slashes_are_tidied():
    assert clean("a/b//./c.ipynb") == "a/b/c.ipynb"
    assert clean_folder("/ops/tokyo/") == "ops/tokyo"
    assert clean_folder("/") == ""


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a/.ipynb_checkpoints/b-checkpoint.ipynb", "checkpoint"),
        ("nbsearch-tmp/x.ipynb", "temporary"),
        (".log/20260101/x.log", "dot_folder"),
        ("a/x.PKL", "pickle"),
        ("a/.DS_Store", "dot_file"),
        ("a/b.ipynb", ""),
    ],
)
def test_what_is_left_out_says_why(path, reason):
    assert skip_reason(path) == reason


@pytest.mark.parametrize(
    ("folder", "link", "target"),
    [
        ("a/b", "c.ipynb", "a/b/c.ipynb"),
        ("a/b", "../c%20d.ipynb#top", "a/c d.ipynb"),
        ("a", "../../c.ipynb", None),
        ("a", "/top.ipynb", "top.ipynb"),
        ("", "%E6%89%8B%E9%A0%86.ipynb", "手順.ipynb"),
    ],
)
def test_relative_links_are_resolved_within_the_space(folder, link, target):
    assert resolved(folder, link) == target


@given(st.text(st.characters(codec=None)))
def test_text_becomes_storable(text):
    stored = storable(text)
    stored.encode()
    assert "\0" not in stored
    assert len(stored) == len(text)
