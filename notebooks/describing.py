"""What a notebook says of itself, as its row says it."""

from notebooks import paths
from notebooks.models import Notebook
from notebooks.parsing import ParsedNotebook

DESCRIBED = ("title", "meme", "branch", "language", "kernel", "cell_count", "tags")
_MOST_TAGS = 100


def describe(notebook: Notebook, parsed: ParsedNotebook) -> None:
    notebook.title = title_of(parsed, notebook.path)
    notebook.meme = parsed.meme.uuid if parsed.meme else None
    notebook.branch = parsed.meme.branch if parsed.meme else ""
    notebook.language = paths.storable(parsed.language)
    notebook.kernel = paths.storable(parsed.kernel)
    notebook.cell_count = len(parsed.cells)
    notebook.tags = [paths.storable(tag) for tag in parsed.tags[:_MOST_TAGS]]


def title_of(parsed: ParsedNotebook, path: str) -> str:
    """What it calls itself, or else its file's name."""
    return paths.one_way(parsed.title) or paths.stem_of(path)[:300]
