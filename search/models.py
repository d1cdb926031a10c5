from notebooks.models.due import DueRow, RingRow


class Due(DueRow):
    """That the index has to look at a notebook again."""


class Ring(RingRow):
    """That the index's doorbell was rung."""
