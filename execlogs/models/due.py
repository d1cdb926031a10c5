from notebooks.models.due import DueRow, RingRow


class Due(DueRow):
    """That a notebook's executions have to be linked again, and what it tells of executions read."""


class Ring(RingRow):
    """That somebody was called to look at what is due."""
