"""/executions/: sittings, and one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from execlogs.lists import notebooks_seen, steps_of
from execlogs.timeline import sitting_around
from execlogs.timelinepage import TimelinePage
from execlogs.views.execution import visible_execution
from execlogs.wording import said_of_sitting


@require_safe
def executions(request: HttpRequest) -> HttpResponse:
    return render(request, "execlogs/timeline.html", {"timeline": TimelinePage(request.user, request.GET)})


@require_safe
def sitting(request: HttpRequest, pk: int) -> HttpResponse:
    """The sitting in which an execution stands: its lines alone for htmx, as a page for who follows the link."""
    execution = visible_execution(request.user, pk)
    found = sitting_around(execution)
    seen = notebooks_seen([found.copy.notebook] if found.copy.notebook else [], request.user)
    steps = steps_of(found, request.user)
    context = {
        "execution": execution,
        "sitting": found,
        "said": said_of_sitting(found),
        "notebook": next(iter(seen.values()), None),
        "steps": steps,
        "left_out": found.count - len(steps),
    }
    name = "execlogs/_steps.html" if request.headers.get("HX-Request") else "execlogs/sitting.html"
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
