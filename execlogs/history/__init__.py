"""What became of a cell whenever it was executed, in all of its copies.

    histories_of(groups, user)   -> for each cell of a page its History, with the same few queries for all
    history_of(uuids, user)      -> of one cell, everything counted
    next_success(execution, user), mending_of(execution, user)   -> what came after a failure
    truth.py, evidence.py        -> what may be believed of the outputs that a notebook shows

Which UUIDs are one cell is the caller's to say.
"""

from execlogs.history.asking import exact_histories_of, histories_of, history_of
from execlogs.history.mending import Mending, mending_of, mendings_of, next_success
from execlogs.history.record import History, Outcome, Past

__all__ = [
    "History",
    "Mending",
    "Outcome",
    "Past",
    "exact_histories_of",
    "histories_of",
    "history_of",
    "mending_of",
    "mendings_of",
    "next_success",
]
