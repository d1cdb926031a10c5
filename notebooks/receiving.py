"""Files of a request as files on their way in."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import IO, Any, cast

from django.core.files.uploadedfile import UploadedFile

from notebooks.door import Incoming


def incoming(file: UploadedFile[Any], path: str, saved_at: datetime | None = None) -> Incoming:
    # A path without folders was chosen by hand; others came with a folder that holds all sorts of things.
    return Incoming(
        path=path,
        size=file.size or 0,
        open=lambda: closing(cast("IO[bytes]", file)),
        saved_at=saved_at,
        is_chosen="/" not in path,
    )
