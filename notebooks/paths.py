"""Paths of files in a space: "/" between names, NFC, never leading out. Pure."""

import re
import unicodedata
from urllib.parse import unquote

LONGEST = 1000
_SEPARATOR = re.compile(r"[/\\]")
_ROOT = re.compile(r"\\|[A-Za-z]:([/\\]|$)")  # of Windows: a share or a drive
# Embeddings, overrides and isolates of the Unicode algorithm for right-to-left text.
_TURNING = re.compile("[\\u202a-\\u202e\\u2066-\\u2069]")
_NOT_STORABLE = re.compile("[\\x00\\ud800-\\udfff]")
SKIPPED_FOLDERS = {"nbsearch-tmp", "__MACOSX"}
SKIPPED_FILES = {"Thumbs.db", "desktop.ini"}


class UnsafePath(ValueError):
    """A path that leads out of its folder, or is none. `code` is a refusals.Refusal."""

    def __init__(self, code: str, path: str) -> None:
        super().__init__(f"{code}: {path!r}")
        self.code = code


def clean(path: str) -> str:
    """`path` as it is stored: NFC (macOS sends NFD), one way to read, without "." and doubled slashes.

    A backslash is a character of a name: runbooks named after a shell command have them. Raises UnsafePath for
    absolute paths, drive letters, ".." (between backslashes too), control characters and what is too long.
    """
    path = unicodedata.normalize("NFC", one_way(path))
    names = [name for name in path.split("/") if name not in {"", "."}]
    cleaned = "/".join(names)
    if path.startswith("/") or not names or ".." in _SEPARATOR.split(cleaned) or _ROOT.match(cleaned):
        raise UnsafePath("unsafe_path", path)
    if any(unicodedata.category(character) == "Cc" for character in path):
        raise UnsafePath("unsafe_path", path)
    if len(cleaned) > LONGEST:
        raise UnsafePath("path_too_long", path)
    return cleaned


def clean_folder(folder: str) -> str:
    """A folder as it is stored; "" is the space's top."""
    return clean(folder.strip("/")) if folder.strip("/ ") else ""


def skip_reason(path: str) -> str:
    """Why a file is left out without being a failure: "" where it is not."""
    *folders, name = path.split("/")
    if ".ipynb_checkpoints" in folders:
        return "checkpoint"
    if any(folder in SKIPPED_FOLDERS for folder in folders):
        return "temporary"
    if any(folder.startswith(".") and folder not in {".", ".."} for folder in folders):
        return "dot_folder"
    if name.lower().endswith(".pkl"):
        return "pickle"
    if name.startswith(".") or name in SKIPPED_FILES:
        return "dot_file"
    return ""


def folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def stem_of(path: str) -> str:
    """The file's name without .ipynb."""
    return path.rpartition("/")[2].removesuffix(".ipynb").strip()


def joined(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path


def resolved(folder: str, link: str) -> str | None:
    """Where a relative `link` in a file of `folder` leads; None where it leaves the space or is no path."""
    target = unquote(link.partition("#")[0].partition("?")[0])
    names = folder.split("/") if folder and not target.startswith("/") else []
    for name in target.split("/"):
        if name == "..":
            if not names:
                return None
            names.pop()
        elif name not in {"", "."}:
            names.append(name)
    try:
        return clean("/".join(names))
    except UnsafePath:
        return None


def storable(text: str) -> str:
    """`text` without what a database cannot hold: NULs and lone surrogates become U+FFFD."""
    return _NOT_STORABLE.sub("\ufffd", text)


def one_way(text: str) -> str:
    """A name as it is stored and shown: storable, and without marks that turn the direction of what follows.

    "disk\\u202egpj.ipynb" reads as "diskbnypi.jpg" else, and whatever stands behind it on the page is turned too.
    Arabic and Hebrew read as ever: their letters need no marks.
    """
    return _TURNING.sub("", storable(text))
