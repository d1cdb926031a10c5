"""What nblineage and lc_wrapper wrote about where a cell or a notebook comes from (formats.md 1.1 and 2.4). Pure.

Tolerant: what has not the shape it should have is left out.
"""

from collections.abc import Iterator
from itertools import islice

from notebooks import memes
from notebooks.memes import Meme
from notebooks.parsing.model import Json
from notebooks.parsing.outputs import mapping, text_of

# Real cells have up to 19 entries. A notebook made to hurt gets no more than this read.
MOST_ENTRIES = 1_000


def former_of_cell(metadata: dict[str, Json], meme: Meme | None) -> tuple[Meme, ...]:
    """The families that a cell belonged to before its present one, oldest first.

    Most entries of its history repeat its own id beside other neighbours: those tell nothing of descent.
    """
    entries = _list(mapping(metadata.get("lc_cell_meme")).get("history"))
    return _other_families((mapping(entry).get("current") for entry in entries), meme)


def former_of_notebook(metadata: dict[str, Json], meme: Meme | None) -> tuple[Meme, ...]:
    """The notebook's ids before each new root, oldest first."""
    return _other_families(iter(_list(mapping(metadata.get("lc_notebook_meme")).get("history"))), meme)


def new_roots_of(metadata: dict[str, Json]) -> tuple[tuple[Meme, Meme], ...]:
    """(id before, id after) of each cell at each new root."""
    tables = _list(mapping(metadata.get("lc_notebook_meme")).get("root_cells_history"))
    pairs = (_pair(row) for table in tables for row in _list(table))
    return tuple(pair for pair in islice(pairs, MOST_ENTRIES) if pair is not None)


def server_url_of(metadata: dict[str, Json]) -> str:
    """The notebook server that had it open last; '' where none signed."""
    signature = mapping(mapping(metadata.get("lc_notebook_meme")).get("lc_server_signature"))
    return text_of(mapping(signature.get("current")).get("server_url"))[:500]


def logs_of(metadata: dict[str, Json]) -> tuple[str, ...]:
    """The log file of each execution of a cell that lc_wrapper witnessed, oldest first."""
    history = _list(mapping(metadata.get("lc_wrapper")).get("log_history"))
    return tuple(path for path in history if isinstance(path, str))


def _other_families(raw: Iterator[Json], meme: Meme | None) -> tuple[Meme, ...]:
    known = (memes.parse(text) for text in raw)
    others = {
        each.uuid: each for each in known if each is not None and (meme is None or each.uuid != meme.uuid)
    }
    return tuple(others.values())


def _pair(row: Json) -> tuple[Meme, Meme] | None:
    if not isinstance(row, list) or len(row) != 2:
        return None
    old, new = (memes.parse(text) for text in row)
    return (old, new) if old is not None and new is not None and old.uuid != new.uuid else None


def _list(value: Json) -> list[Json]:
    return value[:MOST_ENTRIES] if isinstance(value, list) else []
