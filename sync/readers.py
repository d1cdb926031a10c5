"""Which reader reads a source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sync.folder import FolderReader
from sync.jupyter.hubreader import HubReader
from sync.jupyter.reader import JupyterReader
from sync.listing import Reader
from sync.models import Source

_READERS: Mapping[str, Callable[[Source], Reader]] = {
    Source.Kind.JUPYTER: JupyterReader,
    Source.Kind.HUB: HubReader,
}


def reader_of(source: Source, only: Sequence[str] = ()) -> Reader:
    """`only`: files and folders there, where not everything is to be looked at; folders of this server alone can."""
    if source.kind == Source.Kind.FOLDER:
        return FolderReader(source, only)
    return _READERS[source.kind](source)
