"""How executions are read from what tells of them: lc_wrapper's logs and histories, and notebooks. Pure."""

from execlogs.parsing.clock import Moment, moment_of, with_milliseconds
from execlogs.parsing.history import HistoryEntry, parse_history
from execlogs.parsing.log import parse_log
from execlogs.parsing.model import InvalidLog, ParsedLog, Status
from execlogs.parsing.summary import Summary, summary_in
from execlogs.parsing.witness import CellWitness, witnesses_of

__all__ = [
    "CellWitness",
    "HistoryEntry",
    "InvalidLog",
    "Moment",
    "ParsedLog",
    "Status",
    "Summary",
    "moment_of",
    "parse_history",
    "parse_log",
    "summary_in",
    "with_milliseconds",
    "witnesses_of",
]
