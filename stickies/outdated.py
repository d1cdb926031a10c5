"""Whether a note still fits the text of the cell that it is shown at. Pure."""

from enum import StrEnum


class Fit(StrEnum):
    FITS = "fits"
    OLDER = "older"  # the cell that it was written at has changed since
    OTHER = "other"  # it was written at a copy with other text


def fit_of(written: str, here: str, *, is_same_notebook: bool) -> Fit:
    """Of the digest of the text that a note was written for, and that of the text it is shown at.

    A note that was written for no text fits everywhere.
    """
    if not written or written == here:
        return Fit.FITS
    return Fit.OLDER if is_same_notebook else Fit.OTHER
