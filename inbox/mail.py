"""The mails: one for a notice, or one for a day's."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox.keys import stop_token
from inbox.manners import as_wanted_by
from inbox.models import Notice
from inbox.wording import headline, reason

MOST_IN_A_DIGEST = 100


def mail_of(user: User, notice: Notice) -> EmailMessage:
    with as_wanted_by(user):
        told = [headline(notice), *([f"> {notice.excerpt}"] if notice.excerpt else []), _link(notice)]
        return _message(user, headline(notice), told, [reason(notice)], notice)


def digest_of(user: User, notices: Sequence[Notice]) -> EmailMessage:
    """The day's together, the newest last, as they would have come."""
    with as_wanted_by(user):
        count = len(notices)
        subject = ngettext("%(count)d notice", "%(count)d notices", count) % {"count": count}
        told = [_entry(notice) for notice in notices[-MOST_IN_A_DIGEST:]]
        if more := max(count - MOST_IN_A_DIGEST, 0):
            said = ngettext("%(count)d earlier one: %(url)s", "%(count)d earlier ones: %(url)s", more)
            told.insert(0, said % {"count": more, "url": _absolute(reverse("inbox"))})
        return _message(user, subject, told, [_("You get these together once a day.")], None)


def _entry(notice: Notice) -> str:
    at = timezone.localtime(notice.created_at).strftime("%Y-%m-%d %H:%M %Z")
    quoted = [f"> {notice.excerpt}"] if notice.excerpt else []
    return "\n".join([headline(notice), f"{at} · {notice.space.name}", *quoted, _link(notice)])


def _message(
    user: User, subject: str, told: list[str], reasons: list[str], only: Notice | None
) -> EmailMessage:
    stop = _absolute(reverse("mail-stop", args=[stop_token(user.pk, only.watch_id if only else None)]))
    foot = [
        "-- ",
        *reasons,
        _("Stop these mails: %(url)s") % {"url": stop},
        _("How you are told: %(url)s") % {"url": _absolute(reverse("inbox-settings"))},
    ]
    host = urlsplit(settings.BASE_URL).hostname
    headers = {
        "List-Id": f"OpsNotes <inbox.{host}>",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058
        "Auto-Submitted": "auto-generated",
    }
    if only is not None:
        headers["Message-ID"] = f"<notice-{only.pk}@{host}>"
    body = "\n\n".join(told) + "\n\n" + "\n".join(foot) + "\n"
    return EmailMessage(f"[OpsNotes] {subject}"[:200], body, None, [user.email], headers=headers)


def _link(notice: Notice) -> str:
    """Through the inbox, so that what is read from the mail is read there too."""
    return _absolute(reverse("inbox-open", args=[notice.pk]))


def _absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
