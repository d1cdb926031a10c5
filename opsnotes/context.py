"""What every page knows."""

from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from inbox.listing import unread_count
from lineage.composition import basket
from opsnotes.models import Preferences


def page(request: HttpRequest) -> dict[str, Any]:
    # An error page may come from before the middleware ran.
    user = getattr(request, "user", None) or AnonymousUser()
    return {
        "preferences": getattr(request, "preferences", None) or Preferences(),
        # Asked for by the header alone.
        "basket_count": partial(basket.count, user),
        "unread_count": partial(unread_count, user),
    }
