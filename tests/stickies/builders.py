"""Notes for tests, written through the door that pages, the API and the extension's door use."""

from notebooks.memes import parse
from stickies.drafts import At, Draft
from stickies.writing import write

UUID = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
OTHER = "11111111-71cc-11e7-9abe-02420aff0008"


def at_cell(notebook, index=0):
    return At.cell(notebook, notebook.cells.get(index=index))


def make_note(place, body="mind the gap", *, by, space=None, **labels):
    """`place` is a notebook (its first cell is meant), a MEME, or an At."""
    if isinstance(place, str):
        place = At(parse(place))
    elif not isinstance(place, At):
        place = at_cell(place)
    return write(Draft(space or place.notebook.space, place, body, **labels), by)
