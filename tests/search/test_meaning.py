"""Did you mean: only of words that the person may see, and only where it finds more."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from search import refresh
from search.find import Wish, find
from search.near import apart, edits_for
from tests.builders import make_runbook, make_space, make_user, stream

LETTERS = st.text("abc", max_size=6)


def slow(one, other):
    """By the definition."""
    if not one or not other:
        return len(one) + len(other)
    ways = [
        slow(one[1:], other) + 1,
        slow(one, other[1:]) + 1,
        slow(one[1:], other[1:]) + (one[0] != other[0]),
    ]
    if one[:2] == other[1::-1] and len(one) > 1 and len(other) > 1:
        ways.append(slow(one[2:], other[2:]) + 1)
    return min(ways)


@given(LETTERS, LETTERS, st.integers(0, 3))
def test_words_are_as_far_apart_as_their_shortest_way(one, other, most):
    assert apart(one, other, most) == apart(other, one, most) == min(slow(one, other), most + 1)


@pytest.mark.parametrize(
    ("word", "edits"), [("ls", 0), ("disk", 1), ("rotate", 2), ("web17x", 0), ("構築手順書", 0)]
)
def test_short_words_and_numbers_are_not_corrected(word, edits):
    assert edits_for(word) == edits


@pytest.fixture
def kato():
    return make_user("kato")


@pytest.fixture
def space(kato):
    return make_space("ops", writers=[kato])


def meant(text, user, **wish):
    refresh.drain()
    return find(Wish(text, is_folded=True, **wish), user).meant


@pytest.mark.django_db
def test_a_slip_leads_to_the_word(engine, kato, space):
    make_runbook(
        "logrotate -f",
        ("code", "ls", [stream("daemon restarted")]),
        ("markdown", "クラスタの構築"),
        space=space,
    )
    for slip, word in [
        ("loggrotte", "logrotate"),
        ("logroatte f", "logrotate f"),
        ("restarded OR nothing", "restarted OR nothing"),
        ("Daemno", "daemon"),
        ("クラスター", "クラスタ"),
        ("in:code logrotatte", "in:code logrotate"),
    ]:
        assert meant(slip, kato) == word
    for right in ("logrotate", "daemon", "ls", "logrotate daemon", "zzzzzzzzz", "", "12345", "構染"):
        assert meant(right, kato) == ""


@pytest.mark.django_db
def test_no_word_is_told_that_stands_only_where_i_may_not_look(engine, kato, space):
    make_runbook("something else", space=space)
    make_runbook("topsecret", space=make_space())
    assert meant("topsecrte", kato) == ""
    make_runbook("topsecret mine", space=space, path="b.ipynb")
    assert meant("topsecrte", kato) == "topsecret"


@pytest.mark.django_db
def test_what_would_find_nothing_either_is_not_suggested(engine, kato, space):
    make_runbook("logrotate", ("markdown", "daemon"), space=space)
    assert meant("logrotte daemon", kato) == ""
    assert meant("logrotte", kato, narrowed={"kind": "markdown"}) == ""


@pytest.mark.django_db
def test_the_page_links_to_what_was_meant(index, client, kato, space):
    make_runbook("logrotate -f", space=space)
    refresh.drain()
    client.force_login(kato)
    html = client.get(reverse("search"), {"q": "logrotte"}).content.decode()
    assert 'Did you mean <a href="?q=logrotate">logrotate</a>?' in html
