"""The first page: search, the spaces, what came in lately, what failed."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from notebooks import folders
from notebooks.models import Cell, Notebook, Space
from notebooks.models.notebook import NotebookQuerySet
from notebooks.parsing.model import Status
from notebooks.verdict import Ending, Verdict
from search.saved.glance import glance
from stickies.hazards import open_hazards

NEW = 20
FAILED = 6
LATELY = 200  # of the newest runbooks: an error of long ago is no news
# Of those that hold an error some went on after it: these did not fail.
LOOKED_AT = 40


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this person may see. A stranger to whom nothing is public is asked to log in."""
    visible = Space.objects.visible_to(request.user).with_standing(request.user).with_counts()
    spaces = sorted(visible, key=lambda space: not space.is_joined)
    if not spaces and not request.user.is_authenticated:
        return redirect("login")
    newest = Notebook.objects.visible_to(request.user).alive().order_by("-revision_id")
    new, failed = _new(newest), _failed(newest)
    context = {
        "spaces": spaces,
        "new": new,
        "failed": failed,
        "hazards": open_hazards(request.user),
        "saved": glance(request.user),
        "runbook_count": sum(space.notebook_count for space in spaces),
        "writable_space": next((space for space in spaces if space.is_writable), None),
    }
    return render(request, "opsnotes/home.html", context)


def _new(newest: NotebookQuerySet) -> list[dict[str, object]]:
    """In the order in which their bytes came here, whatever their sources say of when they were saved."""
    found = list(newest.with_place()[:NEW])
    return _with_verdicts(found, folders.verdicts(each.pk for each in found))


def _failed(newest: NotebookQuerySet) -> list[dict[str, object]]:
    lately = list(newest.values_list("pk", flat=True)[:LATELY])
    erring = Cell.objects.filter(notebook__in=lately, status=Status.ERROR).values("notebook")
    looked_at = list(newest.filter(pk__in=lately).filter(pk__in=erring).with_place()[:LOOKED_AT])
    verdicts = folders.verdicts(each.pk for each in looked_at)
    stopped = [each for each in looked_at if verdicts[each.pk].ending is Ending.STOPPED]
    return _with_verdicts(stopped[:FAILED], verdicts)


def _with_verdicts(notebooks: Sequence[Notebook], verdicts: dict[int, Verdict]) -> list[dict[str, object]]:
    return [_with_verdict(each, verdicts.get(each.pk)) for each in notebooks]


def _with_verdict(notebook: Notebook, verdict: Verdict | None) -> dict[str, object]:
    at = verdict.stopped_at if verdict else None
    url = notebook.get_absolute_url() if at is None else notebook.url_of_cell(at)
    return {"notebook": notebook, "verdict": verdict, "error_url": url}
