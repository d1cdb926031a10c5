"""The records; see docs/architecture.md for how they hang together."""

from notebooks.models.batch import Batch, BatchItem
from notebooks.models.content import Asset, Cell, Fragment, Link, NotebookAsset, SideFile
from notebooks.models.notebook import Notebook, Revision
from notebooks.models.space import FolderHold, Space

__all__ = [
    "Asset",
    "Batch",
    "BatchItem",
    "Cell",
    "FolderHold",
    "Fragment",
    "Link",
    "Notebook",
    "NotebookAsset",
    "Revision",
    "SideFile",
    "Space",
]
