"""What every page knows."""

from typing import Any

from django.http import HttpRequest

from opsnotes.models import Preferences


def page(request: HttpRequest) -> dict[str, Any]:
    # An error page may come from before the middleware ran.
    return {"preferences": getattr(request, "preferences", None) or Preferences()}
