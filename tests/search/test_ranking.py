"""More words never make a good hit worse: what is no worse for each word alone is no worse for all of them."""

import pytest
from haystack.query import SQ, SearchQuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search import refresh
from search.find import Wish, find
from tests.builders import error, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db
WORDS = ["alpha", "beta", "gamma", "delta"]
SOME_WORDS = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
CELLS = st.lists(st.tuples(SOME_WORDS, SOME_WORDS, SOME_WORDS), min_size=2, max_size=6)


def scores(text):
    """As a query of these words is asked, by document."""
    asked = SQ()
    own = SQ()
    for word in text.split():
        asked &= SQ(content__content=word)
        own |= SQ(own__content=word)
    return {result.id: result.score for result in SearchQuerySet().filter(asked & own)}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CELLS, st.lists(st.sampled_from(WORDS), min_size=2, max_size=4, unique=True))
def test_what_is_no_worse_for_each_word_is_no_worse_for_all(engine, cells, words):
    engine.clear()
    space = make_space()
    for number, (source, output, message) in enumerate(cells):
        cell = ("code", source or "nothing", [stream(output), error("OSError", message)])
        make_runbook(cell, space=space, path=f"{number}.ipynb")
    refresh.drain()
    alone = [scores(word) for word in words]
    together = scores(" ".join(words))
    assert set(together) == set.intersection(*(set(each) for each in alone))
    for one in together:
        for other in together:
            if all(each[one] >= each[other] for each in alone):
                assert together[one] >= together[other] * (1 - 1e-5)


def test_each_word_of_it_keeps_the_best_cell_first_and_its_copies_together(engine):
    kato = make_user("kato")
    space = make_space(readers=[kato])
    text = "opsctl rotate logs on web-17 with force"
    make_runbook(("markdown", f"# {text}"), space=space, path="best.ipynb")
    for number in range(6):
        source = " ".join(text.split()[: number + 2] * 4)
        make_runbook(("code", source, [stream(f"{text} {text}")]), space=space, path=f"{number}.ipynb")
    refresh.drain()
    words = text.split()
    for length in range(1, len(words) + 1):
        first = find(Wish(" ".join(words[:length]), is_folded=True), kato).hits[0]
        assert first.notebook.path == "best.ipynb"
