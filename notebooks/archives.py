"""Reading a zip that anybody may have made: names in old encodings, bombs, links, locked and broken entries. Pure."""

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import IO, Self

CHUNK = 1024**2
MEGABYTE = 1024**2
# A zip of text packs to a tenth, one of equal lines to a hundredth; what claims more over a large size is made to hurt.
HIGHEST_RATIO = 200
_ENCRYPTED = 0x1
_UTF8 = 0x800
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_LONGEST_COMMENT = 65_535
_WINDOWS = 0  # FAT: who made the zip
_LOCAL_HEADER = 30  # bytes, without name and extra field


class ArchiveRefused(Exception):
    """The archive, or the entry that was read, is not taken. `code` is a refusals.Refusal."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class Limits:
    total: int  # bytes, unpacked
    entry: int  # bytes, unpacked
    entries: int = 100_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive, as the archive describes it. Nothing of it was checked by reading yet."""

    path: str
    size: int  # bytes, unpacked
    saved_at: datetime | None  # naive: a zip knows no time zone
    is_link: bool
    is_encrypted: bool
    info: zipfile.ZipInfo


class Archive:
    """A zip opened for reading. Raises ArchiveRefused where it is broken or larger than the limits, unpacked."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        self._limits = limits
        self._unpacked = 0
        _check_directory(file, limits)
        try:
            self._zip = zipfile.ZipFile(file)
        except (
            zipfile.BadZipFile,
            ValueError,
            OverflowError,
            struct.error,
            OSError,
            NotImplementedError,
        ) as error:
            raise ArchiveRefused("archive_broken", str(error)) from error
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        _check_sizes(infos, limits)
        self.entries = tuple(_entry(info) for info in infos)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def unpack(self, entry: Entry, target: IO[bytes]) -> None:
        """Writes the entry's bytes to `target`. Raises ArchiveRefused; the other entries can still be read.

        What `target` raises is not the archive's fault and passes.
        """
        if entry.is_encrypted:
            raise ArchiveRefused("archive_encrypted")
        for chunk in self._chunks(entry):
            target.write(chunk)

    def _chunks(self, entry: Entry) -> Iterator[bytes]:
        size = 0
        try:
            with self._zip.open(entry.info) as packed:
                while chunk := packed.read(CHUNK):
                    size += len(chunk)
                    self._unpacked += len(chunk)
                    # What an entry says of itself was checked; this is what it is.
                    if size > entry.size or size > self._limits.entry or self._unpacked > self._limits.total:
                        raise ArchiveRefused("archive_bomb")
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError) as error:
            raise ArchiveRefused("archive_broken", str(error)) from error
        except (NotImplementedError, RuntimeError) as error:  # a way of packing that Python does not know
            raise ArchiveRefused("archive_broken", str(error)) from error


def _entry(info: zipfile.ZipInfo) -> Entry:
    return Entry(
        path=_path(info),
        size=info.file_size,
        saved_at=_saved_at(info),
        is_link=stat.S_ISLNK(info.external_attr >> 16),
        is_encrypted=bool(info.flag_bits & _ENCRYPTED),
        info=info,
    )


def _path(info: zipfile.ZipInfo) -> str:
    """Old programs on Windows part folders by backslashes; elsewhere those belong to a name."""
    name = _name(info)
    return name.replace("\\", "/") if info.create_system == _WINDOWS else name


def _name(info: zipfile.ZipInfo) -> str:
    """The name as its maker saw it. Windows in Japanese writes CP932, old macOS UTF-8 without saying so."""
    name = info.orig_filename
    if info.flag_bits & _UTF8:
        return name
    try:
        raw = name.encode("cp437")  # what zipfile took it for
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _saved_at(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time)  # noqa: DTZ001  a zip knows no time zone
    except ValueError:
        return None


def _check_sizes(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.entries:
        raise ArchiveRefused("archive_too_large", f"{len(infos):,} files > {limits.entries:,}")
    packed, unpacked = sum(info.compress_size for info in infos), sum(info.file_size for info in infos)
    if _overlap(infos) or (unpacked > limits.entry and unpacked > packed * HIGHEST_RATIO):
        raise ArchiveRefused("archive_bomb")
    if unpacked > limits.total:
        above = f"{unpacked / MEGABYTE:,.0f} MB > {limits.total / MEGABYTE:,g} MB"
        raise ArchiveRefused("archive_too_large", above)


def _overlap(infos: list[zipfile.ZipInfo]) -> bool:
    """Entries that share packed bytes: how a few kB unpack to petabytes without nesting."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            return True
        end = info.header_offset + _LOCAL_HEADER + info.compress_size
    return False


def _check_directory(file: IO[bytes], limits: Limits) -> None:
    """Looks at how many entries the archive announces before zipfile reads them all into memory."""
    size = file.seek(0, 2)
    start = max(0, size - _END.size - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read()
    found = tail.rfind(b"PK\5\6")
    if found < 0 or len(tail) - found < _END.size:
        raise ArchiveRefused("archive_broken")
    directory_size = _END.unpack_from(tail, found)[5]
    if found >= _LOCATOR64.size and tail[found - _LOCATOR64.size :].startswith(b"PK\6\7"):
        directory_size = _directory_size64(file, _LOCATOR64.unpack_from(tail, found - _LOCATOR64.size)[2])
    file.seek(0)
    if directory_size > limits.entries * 400:  # bytes: a header of 46, the name, some extra fields
        raise ArchiveRefused("archive_too_large", f"> {limits.entries:,} files")


def _directory_size64(file: IO[bytes], offset: int) -> int:
    try:
        file.seek(offset)
        return int(_END64.unpack(file.read(_END64.size))[8])
    except (struct.error, OverflowError, OSError, ValueError) as error:
        raise ArchiveRefused("archive_broken") from error
