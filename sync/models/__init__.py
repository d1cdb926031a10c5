"""The records of where notebooks come from by themselves; see docs/architecture.md."""

from sync.models.probe import Probe
from sync.models.run import Run
from sync.models.source import Source, SourceFile

__all__ = ["Probe", "Run", "Source", "SourceFile"]
