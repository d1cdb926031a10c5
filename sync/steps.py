"""What a test of a connection finds out, one after the other, each ready to be kept and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.trouble import Trouble, explain


class What(models.TextChoices):
    ADDRESS = "address", _("OpsNotes may go there")
    REACHED = "reached", _("Something answers there")
    SIGNED_IN = "signed_in", _("It lets us in")
    FOLDER = "folder", _("The folder is there and can be read")
    NOTEBOOKS = "notebooks", _("There are notebooks")
    LOGS = "logs", _("Execution logs can be read")


class How(models.TextChoices):
    OK = "ok", _("yes")
    NOTE = "note", _("not quite")  # a sync will work, and something will be missing
    FAILED = "failed", _("no")


@dataclass(frozen=True, slots=True)
class Step:
    what: What
    how: How
    code: str = ""  # a sync.trouble.Problem
    detail: str = ""  # never a token or a password
    found: int | None = None  # how many, where it is about files
    is_more: bool = False  # at least so many: it was not looked further

    @classmethod
    def ok(cls, what: What, found: int | None = None, *, is_more: bool = False) -> Step:
        return cls(what, How.OK, found=found, is_more=is_more)

    @classmethod
    def note(cls, what: What, trouble: Trouble) -> Step:
        return cls(what, How.NOTE, trouble.code, trouble.detail)

    @classmethod
    def failed(cls, what: What, trouble: Trouble) -> Step:
        return cls(what, How.FAILED, trouble.code, trouble.detail)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Step:
        """From what row() made."""
        return cls(**{**row, "what": What(row["what"]), "how": How(row["how"])})

    def row(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def reason(self) -> str:
        """What is wrong and what to do, in the reader's language; "" where nothing is."""
        return explain(self.code, self.detail)
