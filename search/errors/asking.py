"""Whether what is typed into the search box is the line of an error, and is to be looked up as one besides. Pure."""

from __future__ import annotations

from execlogs.parsing.complaints import complains
from search.language import Query
from search.language.tree import And, Field, Node, Not, Or

FEWEST_WORDS = 4  # two or three words that say "failed" are words


def is_error_line(query: Query) -> bool:
    """Nobody types fields or alternatives into one; quotes, brackets and dashes stand in many."""
    return len(query.raw.split()) >= FEWEST_WORDS and complains(query.raw) and not _is_composed(query.tree)


def _is_composed(node: Node) -> bool:
    if isinstance(node, And):
        return any(_is_composed(each) for each in node.of)
    return isinstance(node, Field | Or) or (isinstance(node, Not) and _is_composed(node.of))
