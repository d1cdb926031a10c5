"""The query language: one for the page, the API, the command and saved searches. Pure.

`read(text)` gives a tree and hints, and never fails; `write(tree)` gives text that reads as the same tree.
"""

from search.language.reading import Query, read
from search.language.writing import write

__all__ = ["Query", "read", "write"]
