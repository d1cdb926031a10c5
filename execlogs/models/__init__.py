"""The records of what was executed; see docs/architecture.md."""

from execlogs.models.due import Due, Ring
from execlogs.models.execution import Execution, Status, Transcript, Witness
from execlogs.models.forgotten import Forgotten

__all__ = ["Due", "Execution", "Forgotten", "Ring", "Status", "Transcript", "Witness"]
