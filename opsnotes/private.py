"""Folders and files for the account alone that the server runs as: other people of the machine cannot look in."""

from pathlib import Path


def folder(path: Path) -> None:
    """Made if it is not there. One that is there stays as its operator made it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def file(path: Path) -> None:
    """The same for a file; whoever opens it to write finds it empty."""
    if not path.exists():
        path.touch(mode=0o600)
