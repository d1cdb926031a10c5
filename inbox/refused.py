"""Why an address is not called, in words that say what to do."""

from django.utils.translation import gettext as _

from inbox import reachable
from inbox.reachable import NotAllowed


def why_refused(error: NotAllowed) -> str:
    match error.code:
        case reachable.NO_ADDRESS:
            return _("This is no address that can be called. It begins with https:// and holds no password.")
        case reachable.NOT_LISTED:
            return _(
                "This server does not call that host. An administrator can list it in OPSNOTES_WEBHOOK_HOSTS."
            )
        case reachable.NO_TLS:
            return _("Public addresses are called over https:// alone.")
    return _(
        "It leads into the server’s own network. An administrator can allow that in OPSNOTES_WEBHOOK_HOSTS."
    )
