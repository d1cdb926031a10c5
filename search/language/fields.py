"""The fields that a query can name, what else they are called, and what their values are. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Values(Enum):
    TEXT = auto()  # words, found as everywhere
    NAME = auto()  # the whole of a name, or its beginning with "*"
    PATH = auto()  # words of a path, side by side
    FOLDER = auto()  # a path from its beginning
    CHOICE = auto()  # one of a few
    MEME = auto()  # a UUID, or a full id for one branch
    DATE = auto()  # a day, or a time before or after it
    NUMBER = auto()


@dataclass(frozen=True, slots=True)
class FieldKind:
    name: str
    values: Values
    label: Promise
    also: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


_ALL = (
    FieldKind("title", Values.TEXT, _("Title"), ("titles",)),
    FieldKind("heading", Values.TEXT, _("Heading"), ("headings",)),
    FieldKind(
        "in", Values.CHOICE, _("Words stand in"), (), ("code", "markdown", "output", "error", "note", "log")
    ),
    FieldKind("path", Values.PATH, _("Path"), ("paths", "file", "files", "filename")),
    FieldKind("folder", Values.FOLDER, _("Folder"), ("folders", "dir")),
    FieldKind("space", Values.NAME, _("Space"), ("spaces",)),
    FieldKind("owner", Values.NAME, _("Owner"), ("owners",)),
    FieldKind("by", Values.NAME, _("Executed by"), ("user", "users", "who")),
    FieldKind("lang", Values.NAME, _("Language"), ("langs", "language", "languages")),
    FieldKind("kernel", Values.NAME, _("Kernel"), ("kernels",)),
    FieldKind(
        "meme", Values.MEME, _("MEME"),
        ("memes", "lc_cell_memes", "lc_cell_meme__current", "lc_notebook_meme__current"),
    ),
    FieldKind("tag", Values.NAME, _("Tag"), ("tags", "hash", "hashtag", "hashtags")),
    FieldKind("has", Values.CHOICE, _("Has"), (), ("error", "note", "hazard", "image")),
    FieldKind("is", Values.CHOICE, _("Is"), (), ("template", "run", "stale")),
    FieldKind("host", Values.NAME, _("Host"), ("hosts",)),
    FieldKind("command", Values.NAME, _("Command"), ("commands", "cmd")),
    FieldKind("service", Values.NAME, _("Service"), ("services",)),
    FieldKind("package", Values.NAME, _("Package"), ("packages",)),
    FieldKind("ran", Values.DATE, _("Executed"), ("executed",)),
    FieldKind("failed", Values.NUMBER, _("Failed executions"), ("failures",)),
    FieldKind("updated", Values.DATE, _("Updated"), ("modified",)),
    FieldKind("created", Values.DATE, _("First came in"), ()),
)  # fmt: skip

FIELDS = {each.name: each for each in _ALL}
NAMES = {name: each for each in _ALL for name in (each.name, *each.also)}
