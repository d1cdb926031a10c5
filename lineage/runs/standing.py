"""What the place of a notebook says of it: lent to all, or somebody's own. Pure."""

import re
from datetime import UTC
from enum import IntEnum

from lineage.occasions import date_of

_WORDS = re.compile(r"[\s_.\-()（）]+")
_SHARED = {
    "share", "shared", "common", "template", "templates", "runbook", "runbooks", "playbook", "playbooks", "master",
}  # fmt: skip
_SHARED_JA = ("共有", "共通", "ひな形", "ひな型", "雛形", "雛型", "テンプレート", "手順書", "原本")
_PERSONAL = {"user-notebooks", "users", "home", "personal", "private", "個人"}


class Standing(IntEnum):
    """How much a place speaks for a template."""

    OWN = 0  # somebody's folder, or one for a day's work
    OPEN = 1  # says nothing
    SHARED = 2


def standing_of(path: str) -> Standing:
    """By the folders of `path`; the file's name tells only a date."""
    folders = [name.lower() for name in path.split("/")[:-1]]
    if any(name in _PERSONAL for name in folders) or date_of(path, UTC) is not None:
        return Standing.OWN
    return Standing.SHARED if any(map(_is_shared, folders)) else Standing.OPEN


def _is_shared(folder: str) -> bool:
    return bool(_SHARED.intersection(_WORDS.split(folder))) or any(word in folder for word in _SHARED_JA)
