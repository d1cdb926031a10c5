"""What sidestickies writes is read again, whatever stands in a heading."""

from hypothesis import example, given
from hypothesis import strategies as st

from stickies.door.query import Field, Term, parse
from tests.patience import at_most

MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008-1-00ff"


def asked(meme, *headings):
    """As nbtags/api/etherpad.py puts it together: a title's quotes are escaped, a hash's are not."""
    parts = [f'hash:"#{meme}"']
    for heading in headings:
        escaped = heading.replace('"', '\\"')
        parts += [f'hash:"#{heading}"', f'title:"{escaped}"']
    return " OR ".join(parts)


def understood(meme, *headings):
    terms = [Term(Field.HASH, meme)]
    for heading in headings:
        terms += [Term(Field.HASH, heading), Term(Field.TITLE, heading)]
    return tuple(terms)


HEADINGS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)
    .map(str.strip)
    .filter(lambda text: text and " OR " not in text),
    max_size=6,
)


@given(HEADINGS)
@example(["#", "#5 disk"])  # a heading's own hash is not the one put before it
def test_what_sidestickies_asks_for_is_understood(headings):
    assert parse(asked(MEME, *headings)) == understood(MEME, *headings)


def test_quotes_of_a_hash_are_not_escaped_and_do_no_harm():
    query = 'hash:"#手順 "A"" OR title:"手順 \\"A\\""'
    assert parse(query) == (Term(Field.HASH, '手順 "A"'), Term(Field.TITLE, '手順 "A"'))


def test_a_heading_that_ends_with_a_backslash_does_not_swallow_the_next_term():
    query = asked(MEME, "C:\\", "次")
    assert parse(query) == understood(MEME, "C:\\", "次")


def test_the_word_or_in_a_heading_is_a_word():
    query = asked(MEME, "Stop OR restart")
    assert parse(query) == understood(MEME, "Stop OR restart")


def test_a_very_long_run_of_blanks_is_read_at_once():
    with at_most(seconds=1):
        assert parse(f'hash:"a{" " * 40_000}b"')


@given(st.text(max_size=300))
def test_no_text_is_an_error(text):
    assert all(term.text for term in parse(text))


@given(st.lists(st.sampled_from(["hash:", "title:", '"', "#", " OR ", "\\", "(", " ", "a"]), max_size=60))
def test_no_fragments_are_an_error(pieces):
    assert all(term.text == term.text.strip() and term.text for term in parse("".join(pieces)))


def test_a_word_without_quotes_is_taken_as_it_is():
    assert parse("hash:#disk OR title:disk") == (Term(Field.HASH, "disk"), Term(Field.TITLE, "disk"))


def test_what_asks_for_neither_hash_nor_title_finds_nothing():
    assert parse("") == parse("*:*") == parse('text_ja:"disk"') == parse('hash:""') == ()
