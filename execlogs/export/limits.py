"""What a report says of itself: what it holds, and what not."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from execlogs.export.report import Ran, Report, in_utc


def facts(report: Report) -> Iterator[tuple[str, str]]:
    """Name and value."""
    if report.since:
        yield _("From"), f"{in_utc(report.since)} ({report.here(report.since)})"
    if report.until:
        yield _("To"), f"{in_utc(report.until)} ({report.here(report.until)})"
    yield from report.narrowed
    yield _("Executions"), str(report.count)
    yield _("Made"), f"{in_utc(report.made_at)} ({report.here(report.made_at)})"
    if report.made_by:
        yield _("Made by"), report.made_by
    yield _("The same as a page"), report.url


def limits(report: Report) -> Iterator[str]:
    """Sentences."""
    yield _(
        "It holds what the person who made it may read, as far as logs and notebooks told of it until then."
    )
    if report.is_cut:
        yield ngettext(
            "There are more executions than the %(count)d that one file holds: the later ones are not here.",
            "There are more executions than the %(count)d that one file holds: the later ones are not here.",
            report.count,
        ) % {"count": report.count}
    yield _("Of very long outputs the beginning and the end are here; the SHA-256 is that of the whole.")


def timing(ran: Ran, report: Report) -> Iterator[str]:
    """When it ran, in both zones, and how long."""
    yield f"{in_utc(ran.at)} ({report.here(ran.at)})"
    if ran.duration is not None:
        yield _("%(count)s s") % {"count": f"{ran.duration.total_seconds():g}"}


def left_out(ran: Ran) -> str:
    """'' where all of the output is here."""
    if not ran.left_out:
        return ""
    told = ngettext(
        "%(count)d character of the output is not here; all of it: %(url)s",
        "%(count)d characters of the output are not here; all of it: %(url)s",
        ran.left_out,
    )
    return told % {"count": ran.left_out, "url": f"{ran.url}output"}
