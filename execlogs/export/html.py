"""A report as one HTML file that needs nothing else and runs nothing."""

from __future__ import annotations

from collections.abc import Iterator

from django.template.loader import render_to_string

from execlogs.export.limits import facts, left_out, limits, timing
from execlogs.export.report import Report, in_utc
from notebooks.rendering.terminal import plain

_FOLDER = "execlogs/export"


def told(report: Report) -> Iterator[str]:
    """Templates escape whatever they are given."""
    yield render_to_string(
        f"{_FOLDER}/begin.html", {"facts": list(facts(report)), "limits": list(limits(report))}
    )
    for number, ran in enumerate(report.executions, start=1):
        context = {
            "number": number,
            "ran": ran,
            "timing": " · ".join(timing(ran, report)),
            "output": plain(ran.output).rstrip("\n"),
            "left_out": left_out(ran),
        }
        yield render_to_string(f"{_FOLDER}/execution.html", context)
    for number, note in enumerate(report.notes()):
        context = {
            "is_first": number == 0,
            "note": note,
            "when": f"{in_utc(note.at)} ({report.here(note.at)})",
            "replies": [(reply, in_utc(reply.at)) for reply in note.replies],
        }
        yield render_to_string(f"{_FOLDER}/note.html", context)
    yield render_to_string(f"{_FOLDER}/end.html")
