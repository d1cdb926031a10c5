"""The form for those who type no operators: what it writes, and how it is filled from a query."""

import pytest
from hypothesis import example, given

from search.language import read
from search.language.form import Filled, Span, filled, query_of
from search.language.tree import parts
from tests.search.test_language import TEXTS


@given(TEXTS)
@example('a OR b "x y" title:a,b title:c -"d e" -(f g) lang:"a, b",c lang:d in:code')
@example("ran:>=2026-01-01 ran:<30d updated:2026-01-01..2026-02-01 -by:x -OR -(--force)")
def test_a_query_that_goes_through_the_form_asks_for_the_same(text):
    tree = read(text).tree
    assert set(parts(read(query_of(filled(tree))).tree)) == set(parts(tree))


@pytest.mark.parametrize(
    ("form", "query"),
    [
        (Filled(words="disk full"), "disk full"),
        (Filled(words="a OR b", none="c"), "(a OR b) -c"),
        (Filled(words='"open'), "open"),
        (Filled(phrase='"permission denied"'), '"permission denied"'),
        (Filled(none='noise "no such file" -x OR'), '-noise -"no such file" -"-x" -"OR"'),
        (Filled(texts={"title": "disk “full”"}), 'title:disk title:"full"'),
        (Filled(lists={"owner": "kato, sato x ,"}), 'owner:kato,"sato x"'),
        (Filled(lists={"tag": '"a, b", #手順'}), 'tag:"a, b",#手順'),
        (Filled(choices={"in": ["code", "output"]}), "in:code,output"),
        (Filled(spans={"ran": Span("2026-01-01")}), "ran:>=2026-01-01"),
        (Filled(spans={"updated": Span("", "2026-01-31")}), "updated:<=2026-01-31"),
        (Filled(spans={"ran": Span("2026-01-01", "2026-01-31")}), "ran:2026-01-01..2026-01-31"),
        (Filled(), ""),
    ],
)
def test_what_is_filled_in_is_written_in_the_query_language(form, query):
    assert query_of(form) == query


def test_what_the_form_cannot_say_stays_among_its_words():
    form = filled(read('disk -is:run tag:a tag:b ran:<30d (x OR y) -noise "a b" "c d"').tree)
    assert form.words == 'disk -is:run tag:b ran:<30d (x OR y) "c d"'
    assert (form.phrase, form.none, form.lists) == ("a b", "noise", {"tag": "a"})
    assert filled(read("a OR b").tree).words == "a OR b"
