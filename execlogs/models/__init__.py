"""The records of what was executed; see docs/architecture.md."""

from execlogs.models.due import Due, Ring
from execlogs.models.execution import Execution, Status, Transcript, Witness

__all__ = ["Due", "Execution", "Ring", "Status", "Transcript", "Witness"]
