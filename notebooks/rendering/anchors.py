"""The names that links lead to: a heading's, as Jupyter makes it from its text. Pure."""

import re

_NOT_IN_ANCHOR = re.compile(r"[\s\"'<>&#%]+")
_LONGEST = 100


def anchor_of(text: str) -> str:
    """The text with dashes for spaces and for what an address cannot hold; Japanese stays. '' where nothing is left."""
    return _NOT_IN_ANCHOR.sub("-", text).strip("-")[:_LONGEST]
