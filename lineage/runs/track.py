"""How each step of a run went, as bricks and in words. Pure but for the language of the words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lineage.runs.deviations import REMOVED
from notebooks.parsing.model import Status

MOST_BRICKS = 60  # more are put together, the worst of each group counting

_WORST_FIRST = ("err", "gone", "none", "ok")
_SHAPES = {Status.OK: "ok", Status.ERROR: "err", REMOVED: "gone"}  # else "none"


@dataclass(frozen=True, slots=True)
class Brick:
    shape: str  # ok, err, none, gone
    is_edited: bool
    is_repeated: bool

    @property
    def classes(self) -> str:
        marks = ("edited" if self.is_edited else "", "retry" if self.is_repeated else "")
        return " ".join(filter(None, (self.shape, *marks)))


@dataclass(frozen=True, slots=True)
class Track:
    bricks: tuple[Brick, ...]

    @classmethod
    def of(cls, steps: Sequence[Mapping[str, Any]]) -> Track:
        """`steps` as RunOf keeps them."""
        return cls(
            tuple(
                Brick(_SHAPES.get(step["status"], "none"), step["edited"], step["repeated"]) for step in steps
            )
        )

    @property
    def drawn(self) -> SafeString:
        """For who sees it; `words` says the same."""
        return format_html_join("", '<i class="{}"></i>', ((brick.classes,) for brick in self._condensed()))

    @property
    def words(self) -> str:
        """Steps 1–4 ok, step 5 failed; edited: 3; run again: 5."""
        told = [", ".join(self._stretches())]
        edited = [number for number, brick in enumerate(self.bricks, start=1) if brick.is_edited]
        repeated = [number for number, brick in enumerate(self.bricks, start=1) if brick.is_repeated]
        if edited:
            told.append(_("edited: %(steps)s") % {"steps": _ranges(edited)})
        if repeated:
            told.append(_("run again: %(steps)s") % {"steps": _ranges(repeated)})
        return "; ".join(told)

    def _stretches(self) -> Iterator[str]:
        names = {
            "ok": pgettext("step", "ok"),
            "err": pgettext("step", "failed"),
            "gone": pgettext("step", "removed"),
            "none": pgettext("step", "not run"),
        }
        numbered = enumerate(self.bricks, start=1)
        for shape, some in groupby(numbered, key=lambda each: each[1].shape):
            numbers = [number for number, _brick in some]
            steps = ngettext("step %(steps)s", "steps %(steps)s", len(numbers)) % {"steps": _ranges(numbers)}
            yield f"{steps} {names[shape]}"

    def _condensed(self) -> Iterator[Brick]:
        width = -(-len(self.bricks) // MOST_BRICKS) or 1
        for start in range(0, len(self.bricks), width):
            some = self.bricks[start : start + width]
            yield Brick(
                min((brick.shape for brick in some), key=_WORST_FIRST.index),
                any(brick.is_edited for brick in some),
                any(brick.is_repeated for brick in some),
            )


def legend() -> list[tuple[SafeString, str]]:
    """Each shape, and what it means."""
    meanings = [
        ("ok", pgettext("step", "ok")),
        ("err", pgettext("step", "failed")),
        ("ok retry", _("run more than once")),
        ("none", pgettext("step", "not run")),
        ("gone", pgettext("step", "removed")),
        ("ok edited", _("text differs")),
    ]
    return [(format_html('<i class="{}"></i>', classes), meaning) for classes, meaning in meanings]


def _ranges(numbers: Sequence[int]) -> str:
    """1–4, 7"""
    told = []
    for _offset, some in groupby(enumerate(numbers), key=lambda each: each[1] - each[0]):
        run = [number for _place, number in some]
        told.append(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}")
    return ", ".join(told)
