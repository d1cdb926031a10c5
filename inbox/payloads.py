"""What a webhook is sent: the bytes, and what they are signed with. Pure."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from inbox.models import Delivery, Webhook, What
from inbox.wording import new_hits


def body_of(delivery: Delivery, base_url: str) -> bytes:
    told = {**delivery.told, "url": f"{base_url}{delivery.told['url']}"}
    if delivery.webhook.form == Webhook.Form.SLACK:
        return _bytes({"text": _slack(told)})
    return _bytes({**told, "delivery": delivery.pk})


def headers_of(delivery: Delivery, body: bytes, secret: str, now: int) -> dict[str, str]:
    """`X-OpsNotes-Signature` is the HMAC-SHA256 of the timestamp, a full stop and the body: an old message that
    somebody else sends again shows its age. Sent again by us, it has the same delivery number."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "OpsNotes",
        "X-OpsNotes-Event": delivery.what,
        "X-OpsNotes-Delivery": str(delivery.pk),
        "X-OpsNotes-Timestamp": str(now),
        "X-OpsNotes-Signature": f"sha256={signature(secret, now, body)}",
    }


def signature(secret: str, now: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()


def _slack(told: Mapping[str, Any]) -> str:
    if told["event"] == What.SYNC_FAILED:
        return _with_excerpt(_("A sync failed: %(title)s") % {"title": f"*{_link(told)}*"}, told)
    if told["event"] == What.SEARCH_HIT:
        return _with_excerpt(new_hits(told["count"], f"*{_link(told)}*"), told)
    what = {
        What.NOTE: _("noted"),
        What.REPLY: _("replied"),
        What.RESOLVED: _("resolved"),
        What.REOPENED: _("reopened"),
    }.get(told["event"], told["event"])
    return _with_excerpt(f"*{_escaped(told['actor'] or _('Somebody'))}* {what}: {_link(told)}", told)


def _link(told: Mapping[str, Any]) -> str:
    return f"<{told['url']}|{_escaped(told['title'])}>"


def _with_excerpt(said: str, told: Mapping[str, Any]) -> str:
    return f"{said}\n> {_escaped(told['excerpt'])}" if told["excerpt"] else said


def _escaped(text: str) -> str:
    """Slack's three, and what would end a link: nobody writes <!channel> through us."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("|", "¦")


def _bytes(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
