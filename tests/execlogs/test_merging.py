"""What several witnesses say of one execution, in whatever order and however often."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from execlogs.drafts import Draft, headline_of
from execlogs.merging import merged
from execlogs.models import Status, Witness
from tests.execlogs.builders import FAMILY, NOTEBOOK_MEME, SIGNATURE, Ran

ran = Ran()
AT = datetime(2026, 11, 21, 5, 35, 58, tzinfo=UTC)
# What differs between those who tell of one execution: it is the same by signature, path, start and code.
strong = st.builds(
    Draft,
    key=st.just("a" * 32),
    at=st.sampled_from([AT, AT + timedelta(hours=9)]),
    witnesses=st.sampled_from([1, 2, 4, 8, 3, 15]),
    status=st.sampled_from(Status),
    meme=st.sampled_from([None, UUID(FAMILY)]),
    branch=st.sampled_from(["", "1-00ff"]),
    notebook_meme=st.sampled_from([None, UUID(NOTEBOOK_MEME)]),
    notebook_path=st.sampled_from(["", "work/disk.ipynb"]),
    place=st.sampled_from(["", "kato/work/disk.ipynb", "work/disk.ipynb"]),
    who=st.sampled_from(["", "kato", "lee", "sato"]),
    host=st.sampled_from(["", "hub1", "hub2"]),
    server_signature=st.just(SIGNATURE),
    uid=st.sampled_from([None, 0, 1000]),
    ended_at=st.sampled_from([None, AT + timedelta(seconds=1), AT + timedelta(hours=10)]),
    started_text=st.just(ran.started),
    is_zone_guessed=st.booleans(),
    matches=st.sampled_from([None, 0, 3]),
    log_path=st.just(ran.path),
    code=st.just("ls"),
    output=st.sampled_from(["", "error a", "error ab", "fine", "error b"]),
).map(
    lambda draft: replace(
        draft,
        branch=draft.branch if draft.meme else "",
        output_size=len(draft.output),
        error=draft.output if draft.status == Status.ERROR else "",
    )
)


@given(strong, strong)
def test_order_of_two_does_not_matter(one, other):
    assert merged(one, other) == merged(other, one)


@given(strong)
def test_same_said_twice_is_the_same(one):
    assert merged(one, one) == one


@given(strong, strong)
def test_what_was_merged_changes_no_more(one, other):
    both = merged(one, other)
    assert merged(both, one) == merged(both, other) == both


@given(st.lists(strong, min_size=3, max_size=3))
def test_order_of_three_does_not_matter(told):
    ends = {reduce(merged, order) for order in permutations(told)}
    assert len(ends) == 1


@given(strong, strong)
def test_nothing_that_is_said_is_lost(one, other):
    both = merged(one, other)
    assert both.witnesses == one.witnesses | other.witnesses
    for name in ("meme", "notebook_meme", "notebook_path", "place", "who", "host", "ended_at"):
        assert bool(getattr(both, name)) == bool(getattr(one, name) or getattr(other, name))
    assert (both.uid is None) == (one.uid is other.uid is None)
    assert both.output_size == max(one.output_size, other.output_size)
    if Status.ERROR in {one.status, other.status}:
        assert both.status == Status.ERROR


@given(strong, strong)
def test_notebook_never_overrules_and_its_place_in_the_order_does_not_matter(one, other):
    weak = Draft(
        key="b" * 16 + "0" * 16,
        at=AT - timedelta(days=1),
        witnesses=Witness.NOTEBOOK,
        status=Status.OK,
        meme=UUID(FAMILY),
        place="elsewhere.ipynb",
        ended_at=AT,
        output="much longer than any other",
        output_size=26,
    )
    first, last = merged(merged(weak, one), other), merged(merged(one, other), weak)
    assert first == last
    assert (last.key, last.at, last.status) == (one.key, merged(one, other).at, merged(one, other).status)
    assert last.output == merged(one, other).output


def test_headline_is_the_first_line_that_does_something():
    assert headline_of("\n# needs root\n  sudo rotate\nls") == "sudo rotate"
    assert headline_of("# nothing yet\n#\n") == "# nothing yet"
    assert headline_of(" \n") == ""
    assert len(headline_of("x" * 5000)) == 300
