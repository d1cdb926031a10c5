"""/executions/<pk>/: one execution, and its output."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from execlogs.executionpage import ExecutionPage
from execlogs.models import Execution
from execlogs.transcripts import full_output, plain_output, transcript_of, whole_shown
from notebooks.models.space import Viewer

TEXT = "text/plain; charset=utf-8"


def visible_execution(user: Viewer, pk: int) -> Execution:
    return get_object_or_404(Execution.objects.visible_to(user).select_related("space"), pk=pk)


@require_safe
def execution(request: HttpRequest, pk: int) -> HttpResponse:
    page = ExecutionPage(visible_execution(request.user, pk), request.user)
    return render(request, "execlogs/execution.html", {"page": page, "execution": page.execution})


@require_safe
def output(request: HttpRequest, pk: int) -> HttpResponse:
    """All of its output, as it was logged."""
    found = visible_execution(request.user, pk)
    return _text(found, full_output(transcript_of(found)))


@require_safe
def whole(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole of an output that is shown folded: as a piece of the page, as a page, or as its text."""
    found = visible_execution(request.user, pk)
    transcript = transcript_of(found)
    if "raw" in request.GET:
        return _text(found, plain_output(transcript))
    html = whole_shown(found, transcript)
    if html is None:
        raise Http404
    name = "notebooks/_output.html" if request.headers.get("HX-Request") else "execlogs/whole.html"
    response = render(request, name, {"execution": found, "output": html})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _text(found: Execution, text: str) -> HttpResponse:
    """To be saved, never shown as a page: what a cell put out is anybody's."""
    response = HttpResponse(text, content_type=TEXT)
    response["Content-Disposition"] = f'attachment; filename="execution-{found.pk}.txt"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
