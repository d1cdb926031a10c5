from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.comparison.marking import Piece, folded, marked

lines = st.lists(st.sampled_from(["a = 1\n", "b = 2\n", "ping web-01\n", "確認する\n", "x"]), max_size=20)
texts = st.lists(st.one_of(st.none(), lines.map("".join)), min_size=2, max_size=3)


def never():
    return False


def joined(pieces):
    return "".join(piece.text for piece in pieces)


@settings(deadline=None)
@given(texts)
def test_every_text_is_whole(given_texts):
    for text, pieces in zip(given_texts, marked(given_texts, never), strict=True):
        assert joined(pieces) == (text or "")
        assert joined(folded(pieces)) == (text or "")


@settings(deadline=None)
@given(texts)
def test_the_first_has_nothing_new_and_the_last_nothing_gone(given_texts):
    shown = marked(given_texts, never)
    present = [number for number, text in enumerate(given_texts) if text is not None]
    if present:
        assert not any(piece.is_new for piece in shown[present[0]])
        assert not any(piece.is_gone for piece in shown[present[-1]])


@settings(deadline=None)
@given(lines.map("".join))
def test_equal_texts_have_no_marks(text):
    assert not any(piece.is_marked for pieces in marked([text, text, text], never) for piece in pieces)


def test_in_the_middle_a_word_may_be_new_and_gone_at_once():
    _, middle, _ = marked(["ping web-01 -c 3", "ping web-02 -c 3", "ping web-03 -c 3"], never)
    assert middle == [Piece("ping web-"), Piece("02", is_new=True, is_gone=True), Piece(" -c 3")]


def test_a_text_is_compared_over_one_that_is_not_there():
    first, absent, third = marked(["ping web-01", None, "ping web-02"], never)
    assert (first[1], absent, third[1]) == (Piece("01", is_gone=True), [], Piece("02", is_new=True))


def test_far_from_a_change_lines_are_put_away():
    before = "".join(f"line {number}\n" for number in range(40))
    after = before.replace("line 20\n", "line twenty\n")
    (_, pieces) = marked([before, after], never)
    shown = folded(pieces)
    assert [piece.folded for piece in shown if piece.folded] == [17, 16]
    assert joined(shown) == after


def test_nothing_is_put_away_where_nothing_changed():
    text = "".join(f"line {number}\n" for number in range(40))
    assert folded([Piece(text)]) == [Piece(text)]
