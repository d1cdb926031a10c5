"""A report as Markdown. Nothing that a cell or a person wrote can break out of where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from execlogs.export.limits import facts, left_out, limits, timing
from execlogs.export.report import Note, Ran, Report, in_utc
from notebooks.rendering.terminal import plain

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&$@:])")
_TICKS = re.compile("`+")
_LANGUAGE = re.compile(r"[A-Za-z0-9_+-]{1,30}")


def told(report: Report) -> Iterator[str]:
    yield f"# {escaped(_('What was executed'))}\n\n"
    yield "".join(f"- {escaped(name)}: {escaped(value)}\n" for name, value in facts(report))
    yield "\n" + "".join(f"> {escaped(sentence)}\n" for sentence in limits(report)) + "\n"
    for number, ran in enumerate(report.executions, start=1):
        yield _execution(number, ran, report)
    yield from _notes(report)


def _execution(number: int, ran: Ran, report: Report) -> str:
    title = ran.runbook or ran.path or _("a notebook that is not named")
    lines = [f"## {number}. {escaped(ran.who or _('unknown person'))}: {escaped(title)}\n", ""]
    lines += [f"- {escaped(name)}: {value}" for name, value in _told(ran, report)]
    lines += ["", fenced(ran.code, ran.language or "python")]
    if ran.output.strip():
        lines += ["", escaped(_("Output")) + ":", "", fenced(plain(ran.output))]
    if sentence := left_out(ran):
        lines += ["", escaped(sentence)]
    return "\n".join(lines) + "\n\n"


def _told(ran: Ran, report: Report) -> Iterator[tuple[str, str]]:
    yield _("When"), escaped(" · ".join(timing(ran, report)))
    yield _("Ended"), f"**{escaped(ran.ended)}**"
    if ran.error:
        yield _("Error"), quoted(ran.error)
    if ran.path:
        yield _("Where"), f"{escaped(ran.space)} {quoted(ran.path)}"
    if ran.host:
        yield _("Notebook server"), escaped(ran.host)
    if ran.meme:
        yield "MEME", quoted(ran.meme)
    yield _("Told by"), escaped(", ".join(ran.witnesses))
    if ran.log_path:
        yield _("Log file"), f"{quoted(ran.log_path)} ({quoted(ran.started_text)})"
    yield _("SHA-256 of the code"), quoted(ran.code_sha256)
    yield _("SHA-256 of the output"), quoted(ran.output_sha256) if ran.output_sha256 else escaped(_("lost"))
    yield _("Page"), escaped(ran.url)


def _notes(report: Report) -> Iterator[str]:
    for number, note in enumerate(report.notes()):
        if number == 0:
            yield f"# {escaped(_('Notes at these cells'))}\n\n"
        yield _note(note, report)


def _note(note: Note, report: Report) -> str:
    state = f" ({_('resolved')})" if note.is_resolved else ""
    when = f"{in_utc(note.at)} ({report.here(note.at)})"
    lines = [f"## {escaped(f'{note.kind}{state}')}: {escaped(note.author)}, {escaped(when)}", ""]
    lines += [f"- MEME: {quoted(note.about)}"] if note.about else []
    lines += [f"- {escaped(_('Page'))}: {escaped(note.url)}", ""]
    lines += [escaped(_("About these words")) + ":", "", fenced(note.quote), ""] if note.quote else []
    lines += [fenced(note.body, "markdown")]
    for reply in note.replies:
        lines += [
            "",
            f"{escaped(reply.author)}, {escaped(in_utc(reply.at))}:",
            "",
            fenced(reply.body, "markdown"),
        ]
    return "\n".join(lines) + "\n\n"


def fenced(text: str, language: str = "") -> str:
    """In a fence that is longer than any within."""
    # A fence ends at a line; a lone return would be one for some readers.
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    ticks = "`" * max(3, _longest_run(text) + 1)
    info = language if _LANGUAGE.fullmatch(language) else ""
    return f"{ticks}{info}\n{text}\n{ticks}"


def quoted(text: str) -> str:
    """In a line, as it is written: a code span."""
    text = _one_line(text)
    ticks = "`" * (_longest_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{ticks}{space}{text or ' '}{space}{ticks}"


def escaped(text: str) -> str:
    """In a line, with every sign that Markdown or HTML could take for its own made plain."""
    return _SPECIAL.sub(r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _longest_run(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)
