"""What a server says of its files, whatever it says."""

import json
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sync.jupyter.entries import bytes_of, entry_of, folder_of, sha256_of
from sync.trouble import Trouble

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("name", "path", "type", "size", "last_modified", "writable", "content", "format", "hash")
MODEL = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, ANY))
ALMOST = st.fixed_dictionaries(
    {"name": st.text(), "type": st.sampled_from(["file", "notebook", "directory"])}
)


@example(model={}, listed=[{"type": [], "name": "0"}])
@given(MODEL, st.lists(MODEL | ALMOST, max_size=5))
def test_any_answer_is_a_folder_or_a_trouble(model, listed):
    for each in (
        model,
        model | {"content": listed},
        model | {"content": listed, "type": "directory"},
        listed,
    ):
        try:
            found = folder_of(each, "a/b")
        except Trouble:
            continue
        for entry in found.entries:
            folder, _, name = entry.path.rpartition("/")
            assert folder == "a/b"
            assert name not in {"", ".", ".."}
            assert entry.size is None or entry.size >= 0


@given(MODEL | ANY)
def test_any_answer_is_bytes_or_a_trouble(model):
    with suppress(Trouble):
        assert isinstance(bytes_of(model), bytes)
    assert sha256_of(model) == ""


@pytest.mark.parametrize("name", ["../x", "a/b", "/etc/passwd", "", ".", "..", "a\x00b", None, 7])
def test_a_name_that_leads_elsewhere_is_not_taken(name):
    model = {"type": "directory", "content": [{"name": name, "type": "file", "path": "x"}]}
    assert folder_of(model, "a").entries == ()


def test_where_a_file_is_is_not_the_servers_to_say():
    model = json.loads(
        '{"type": "directory", "content": [{"name": "x", "type": "file", "path": "../../secret"}]}'
    )
    assert folder_of(model, "a").entries[0].path == "a/x"


@pytest.mark.parametrize("size", [None, -1, True, "12", 1.5, [1]])
def test_a_size_that_is_none_counts_as_not_told(size):
    assert entry_of({"type": "file", "size": size}, "x").size is None


def test_a_hash_by_another_algorithm_is_none_of_ours():
    assert sha256_of({"hash": "a" * 64, "hash_algorithm": "sha256"}) == "a" * 64
    assert sha256_of({"hash": "a" * 64, "hash_algorithm": "blake2s"}) == ""
    assert sha256_of({"hash": "a" * 32, "hash_algorithm": "md5"}) == ""
