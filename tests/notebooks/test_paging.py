import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebooks.paging import CELLS, Part, index_asked, link_to, query_of

TOTALS = st.integers(0, 20 * CELLS)


def pages_of(total):
    pages = [Part.holding(0, total)]
    while (following := pages[-1].next) is not None:
        pages.append(Part.holding(following, total))
    return pages


@given(TOTALS)
def test_every_cell_is_on_one_page(total):
    found = [index for page in pages_of(total) for index in range(page.first, page.stop)]
    assert found == list(range(total))


@given(TOTALS, st.integers(0, 20 * CELLS))
def test_a_page_holds_the_cell_it_was_asked_for(total, index):
    part = Part.holding(index, total)
    assert index in part or index >= total
    assert part in pages_of(total)
    assert part.stop - part.first <= CELLS


@given(TOTALS)
def test_one_goes_back_the_way_one_came(total):
    pages = pages_of(total)
    assert [page.previous for page in pages] == [None, *(page.first for page in pages[:-1])]
    assert {page.last for page in pages} == {pages[-1].first}


def test_a_notebook_of_one_page_has_no_parts():
    assert Part.holding(0, CELLS).is_whole
    assert not Part.holding(0, CELLS + 1).is_whole
    assert query_of(CELLS - 1, CELLS) == ""


def test_links_lead_to_the_page_that_has_the_element():
    here = Part.holding(CELLS, 3 * CELLS)
    assert here.url_of(f"cell-{CELLS}-Look") == f"#cell-{CELLS}-Look"
    assert here.url_of("cell-3") == "./?from=0#cell-3"
    assert here.url_of(f"cell-{2 * CELLS + 7}", "/n/1/x/") == f"/n/1/x/?from={2 * CELLS}#cell-{2 * CELLS + 7}"
    assert link_to("cell-3", CELLS) == "#cell-3"


@pytest.mark.parametrize(("text", "index"), [("", 0), ("7", 7), ("-1", 0), ("x", 0), ("9" * 10, 0), ("٣", 0)])
def test_whatever_is_asked_for_is_an_index(text, index):
    assert index_asked(text) == index
