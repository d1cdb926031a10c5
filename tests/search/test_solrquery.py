"""Links of nbsearch and ep_weave lead to what they would have found there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language import read
from search.solrquery import translated

MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"


@pytest.mark.parametrize(
    ("solr", "ours"),
    [
        (f"lc_cell_memes:{MEME}", f"meme:{MEME}"),
        (f'lc_cell_meme__current:"{MEME}-1-57f4"', f'meme:"{MEME}-1-57f4"'),
        ('source__markdown__heading:"手順 A"', 'heading:"手順 A"'),
        ("source__markdown__heading_2:disk", "heading:disk"),
        ('source__markdown__hashtags:"#手順"', 'tag:"#手順"'),
        ("_text_:disk AND owner:kato", "disk AND owner:kato"),
        ("outputs__stderr:denied", "(in:output denied)"),
        ("source__code:(rm OR mv) && -owner:sato", "(in:code (rm OR mv)) AND -owner:sato"),
        ("owner:(kato OR sato)", "(owner:kato OR owner:sato)"),
        ("filename:disk.ipynb", "path:disk.ipynb"),
        ("mtime:[2026-01-01T00:00:00Z TO *]", "updated:2026-01-01.."),
        ("lc_cell_meme__execution_end_time:[* TO 2026-03-31T23:59:59Z]", "ran:..2026-03-31"),
        (r"filename:a\:b.ipynb", "path:a:b.ipynb"),
        ('"a && b" +c !d', '"a && b" c -d'),
        ("plain words", "plain words"),
        ("*:*", "*:*"),
    ],
)
def test_solr_queries_are_understood(solr, ours):
    assert translated(solr) == ours
    assert read(translated(solr)).advice == ()


@given(st.text(max_size=200))
def test_no_text_breaks_it(text):
    read(translated(text))
