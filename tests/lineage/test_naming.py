import pytest

from lineage.families.naming import LONGEST, first_line, names_of
from tests.builders import make_runbook, make_space, make_user

MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("# About: ディスク逼迫への対応\n\ntext", "ディスク逼迫への対応"),
        ("\n\n<a id='x'></a>\n## **Check** [the wiki](x)", "Check the wiki"),
        ("Disk full\n=========\n", "Disk full"),
        ("---\nafter a rule", "after a rule"),
        ("", ""),
        ("x" * 200, "x" * (LONGEST - 1) + "…"),
    ],
)
def test_prose_is_named_by_its_first_line_without_marks(source, line):
    assert first_line(source, is_code=False) == line


def test_code_is_named_by_its_first_line_as_it_is():
    assert first_line("\n  # about: x **y** <z>\nls", is_code=True) == "# about: x **y** <z>"


@pytest.mark.django_db
def test_only_what_may_be_seen_has_a_name(django_assert_num_queries):
    reader = make_user()
    space = make_space(readers=[reader])
    seen = make_runbook("ls", memes=[MEME], space=space, path="a.ipynb").cells.get().meme
    hidden = make_runbook("df", space=make_space()).cells.get().meme
    with django_assert_num_queries(4):  # one of them for the spaces
        names = names_of([seen, hidden], reader)
    assert {uuid: (name.text, name.copies, name.is_code) for uuid, name in names.items()} == {
        seen: ("ls", 1, True)
    }
