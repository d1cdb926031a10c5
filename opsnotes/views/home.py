"""The first page: search, the spaces, what came in lately, what failed."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from notebooks import folders
from notebooks.models import Cell, Notebook, Space
from notebooks.models.space import Viewer
from notebooks.parsing.model import Status
from notebooks.verdict import Ending, Verdict

NEW = 20
FAILED = 6
# Of the newest that hold an error, some went on after it: those did not fail.
LOOKED_AT = 40


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this person may see. A stranger to whom nothing is public is asked to log in."""
    visible = Space.objects.visible_to(request.user).with_standing(request.user).with_counts()
    spaces = sorted(visible, key=lambda space: not space.is_joined)
    if not spaces and not request.user.is_authenticated:
        return redirect("login")
    new, failed = _new(request.user), _failed(request.user)
    context = {
        "spaces": spaces,
        "new": new,
        "failed": failed,
        "runbook_count": sum(space.notebook_count for space in spaces),
        "writable_space": next((space for space in spaces if space.is_writable), None),
    }
    return render(request, "opsnotes/home.html", context)


def _new(user: Viewer) -> list[dict[str, object]]:
    """In the order in which their bytes came here, whatever their sources say of when they were saved."""
    newest = Notebook.objects.visible_to(user).alive().with_place().order_by("-revision_id")[:NEW]
    return _with_verdicts(list(newest), folders.verdicts(each.pk for each in newest))


def _failed(user: Viewer) -> list[dict[str, object]]:
    errors = Cell.objects.filter(notebook=OuterRef("pk"), status=Status.ERROR)
    newest = Notebook.objects.visible_to(user).alive().filter(Exists(errors)).with_place()
    newest = newest.order_by("-revision_id")[:LOOKED_AT]
    verdicts = folders.verdicts(each.pk for each in newest)
    stopped = [each for each in newest if verdicts[each.pk].ending is Ending.STOPPED]
    return _with_verdicts(stopped[:FAILED], verdicts)


def _with_verdicts(notebooks: Sequence[Notebook], verdicts: dict[int, Verdict]) -> list[dict[str, object]]:
    return [{"notebook": each, "verdict": verdicts.get(each.pk)} for each in notebooks]
