"""tantivy's indexes, kept open for all searches of a process."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import tantivy

from search.analysis import ATOM_IN_RUST

Filter = tuple[str, frozenset[Any]]  # a field, and values of which a document has to have one


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An index as of one commit."""

    searcher: tantivy.Searcher
    # What was found out for all searches: whether all documents pass a filter, and how often that was asked before.
    passed_by_all: dict[Filter, bool] = field(default_factory=dict)
    asked: Counter[Filter] = field(default_factory=Counter)


@dataclass(slots=True)
class _Opened:
    """An index kept open for all searches of this process, and which state of it the snapshot shows."""

    index: tantivy.Index
    state: tuple[int, int]
    snapshot: Snapshot


class _Kept:
    """What is open, by generation. A process that was forked opens its own: threads do not survive that."""

    def __init__(self) -> None:
        self._opened: dict[Path, _Opened] = {}
        self._process = 0
        self._lock = Lock()

    def snapshot(self, generation: Path, schema: tantivy.Schema) -> Snapshot:
        """As of the last commit, whichever process made it."""
        with self._lock:
            if self._process != os.getpid():
                self._opened, self._process = {}, os.getpid()
            state = _state(generation)
            opened = self._opened.get(generation)
            if opened is None:
                self._forget_siblings(generation)
                index = open_index(generation, schema)
                opened = self._opened[generation] = _Opened(index, state, Snapshot(index.searcher()))
            elif opened.state != state:
                opened.index.reload()
                opened.state, opened.snapshot = state, Snapshot(opened.index.searcher())
            return opened.snapshot

    def _forget_siblings(self, generation: Path) -> None:
        self._opened = {path: kept for path, kept in self._opened.items() if path.parent != generation.parent}


kept = _Kept()


def _state(generation: Path) -> tuple[int, int]:
    """Another after each commit: tantivy replaces this file then."""
    status = (generation / "meta.json").stat()
    return status.st_mtime_ns, status.st_ino


def open_index(generation: Path, schema: tantivy.Schema) -> tantivy.Index:
    index = tantivy.Index(schema, str(generation))
    index.register_tokenizer(
        "atoms", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(ATOM_IN_RUST)).build()
    )
    # Told when to look again by _Kept, which costs one stat() a search; its own watcher lags half a second.
    index.config_reader("manual")
    index.reload()
    return index
