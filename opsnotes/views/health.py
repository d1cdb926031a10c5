"""For whoever watches the server: does the process answer, and could it work?"""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from opsnotes import status

# What a request needs. A worker that is away keeps nobody from reading.
NEEDED = {"database", "migrations", "broker", "index"}


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Names and yes or no alone: anybody may ask, and the reasons may name hosts."""
    checks = {line.name: line.is_well for line in status.report(only=NEEDED)}
    is_ready = all(checks.values())
    answer = {"status": "ok" if is_ready else "unready", "checks": checks}
    return JsonResponse(answer, status=200 if is_ready else 503)
