from notebooks.models.due import DueRow, RingRow


class Due(DueRow):
    """That lineage has to read a notebook again."""


class Ring(RingRow):
    """That lineage's doorbell was rung."""
