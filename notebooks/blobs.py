"""Bytes under their sha256: the originals of notebooks, side files, images and large outputs.

A blob is written once and never changed. It appears whole or not at all, so a killed writer leaves nothing half.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage

LEAVING = ".leaving-"  # before the name of a file that is about to go
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobMissing(Exception):
    """The database knows these bytes, the storage does not: a restored backup lacks them."""


class AtomicFileStorage(FileSystemStorage):
    """Django's file storage, but a name shows up only once its bytes are on the disk."""

    def _save(self, name: str, content: File[Any]) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".incoming-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return name

    def touch(self, name: str) -> bool:
        """Whether the file is there. From now on it counts as written just now."""
        try:
            os.utime(self.path(name))
        except FileNotFoundError:
            return False
        return True

    def delete_unless_written_since(self, name: str, moment: float) -> None:
        """Moved aside first: who touches it before that is seen here, who comes after finds nothing and writes anew."""
        target = Path(self.path(name))
        aside = target.with_name(f"{LEAVING}{target.name}")
        with suppress(FileNotFoundError):  # another tidies too
            target.replace(aside)
            if aside.stat().st_mtime < moment:
                aside.unlink()
            else:
                aside.replace(target)

    def bring_back(self, name: str) -> bool:
        """What a killed delete_unless_written_since() had moved aside, under its name again; whether there was any."""
        target = Path(self.path(name))
        aside = target.with_name(f"{LEAVING}{target.name}")
        try:
            with suppress(FileExistsError):  # written anew since, and younger
                os.link(aside, target)
            aside.unlink()
        except FileNotFoundError:
            return False
        return True

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        # The name is the digest of the content: writing it again writes the same.
        return name


def put(raw: bytes) -> str:
    """Keeps `raw`; its sha256, the name it is found by."""
    digest = hashlib.sha256(raw).hexdigest()
    if not _storage().touch(_name(digest)):
        default_storage.save(_name(digest), ContentFile(raw))
    return digest


def put_file(file: IO[bytes]) -> tuple[str, int]:
    """Keeps a file of any size without holding it in memory; its sha256 and size in bytes."""
    file.seek(0)
    digest = hashlib.file_digest(cast("io.BufferedIOBase", file), "sha256").hexdigest()
    file.seek(0, io.SEEK_END)  # of bytes in memory the digest is taken without reading on
    size = file.tell()
    if not _storage().touch(_name(digest)):
        file.seek(0)
        default_storage.save(_name(digest), File(file))
    return digest, size


def get(digest: str) -> bytes:
    with open_file(digest) as file:
        return bytes(file.read())


def open_file(digest: str) -> File[bytes]:
    try:
        return default_storage.open(_name(digest))
    except FileNotFoundError as error:
        if _storage().bring_back(_name(digest)):
            return default_storage.open(_name(digest))
        raise BlobMissing(digest) from error


def exists(digest: str) -> bool:
    return default_storage.exists(_name(digest))


def remove_unless_put_since(digest: str, moment: datetime) -> None:
    """What nothing names may be put again at any time, and be named a moment later: then it stays."""
    _storage().delete_unless_written_since(_name(digest), moment.timestamp())


def bring_back(digest: str) -> None:
    """What was about to be removed when its remover was killed is there again, to be asked about anew."""
    _storage().bring_back(_name(digest))


def _storage() -> AtomicFileStorage:
    return cast("AtomicFileStorage", default_storage)


def _name(digest: str) -> str:
    if not _SHA256.fullmatch(digest):
        raise ValueError(f"{digest!r} is no sha256")
    return f"{digest[:2]}/{digest}"
