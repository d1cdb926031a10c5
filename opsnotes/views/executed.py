"""What was executed, from a cell's side: its history, and two of its executions beside each other."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from execlogs.lists import Step
from execlogs.views.execution import visible_execution
from notebooks import memes
from opsnotes.cellhistory import CellHistory, steps_of
from opsnotes.outputs import compared

_NUMBER = 18  # digits that any id has at most


@require_safe
def cell_history(request: HttpRequest, meme: str) -> HttpResponse:
    """A page; for htmx what is unfolded below a cell."""
    asked = memes.parse(meme)
    if asked is None:
        raise Http404
    if str(asked) != meme:
        query = f"?{urlencode(request.GET, doseq=True)}" if request.GET else ""
        return HttpResponsePermanentRedirect(reverse("cell-history", args=[str(asked)]) + query)
    page = CellHistory(asked, request.user)
    if not page.is_known:
        raise Http404
    response = _piece(request, page) if request.headers.get("HX-Request") else _page(request, page)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def compare_choice(request: HttpRequest) -> HttpResponse:
    """To the comparison of what was chosen in a history."""
    chosen = [request.GET.get(name, "") for name in ("a", "b")]
    if not all(each.isascii() and each.isdecimal() and len(each) <= _NUMBER for each in chosen):
        raise Http404
    return redirect("execution-compare", *chosen)


@require_safe
def compare(request: HttpRequest, a: int, b: int) -> HttpResponse:
    left, right = (visible_execution(request.user, pk) for pk in (a, b))
    context = {"left": Step(left), "right": Step(right), "compared": compared(left, right)}
    return render(request, "opsnotes/executed/compare.html", context)


def _piece(request: HttpRequest, page: CellHistory) -> HttpResponse:
    return render(request, "opsnotes/executed/_history.html", {"page": page, "is_piece": True})


def _page(request: HttpRequest, page: CellHistory) -> HttpResponse:
    listed = page.steps(request.GET.get("page"))
    context = {"page": page, "listed": listed, "steps": steps_of(listed)}
    return render(request, "opsnotes/executed/history.html", context)
