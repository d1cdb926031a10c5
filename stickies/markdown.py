"""A note's Markdown as safe HTML, by the same parser and sanitiser as a notebook's."""

from functools import lru_cache

from notebooks.rendering import Rendered, render_markdown
from stickies.references import cut

KEPT = 4096  # texts; the longest have 20,000 characters, nearly all of them a few hundred


@lru_cache(maxsize=KEPT)
def rendered(body: str) -> Rendered:
    """With markers for what depends on who reads it. Kept, since a page shows hundreds again and again."""
    return render_markdown(body, references=cut)


def references_in(body: str) -> tuple[str, ...]:
    """The words that name something, and pasted addresses, outside code and links."""
    return rendered(body).references
