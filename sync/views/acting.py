"""What is done with a source at the press of a button."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sync import asking, keeping, testing
from sync.access import managed_source
from sync.models import Run


@login_required
@require_POST
def source_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Asked for while one runs, it is that one. The first run starts a source that waited for its test to be seen."""
    source = managed_source(request.user, pk)
    if source.is_paused and not source.runs.exists():
        keeping.pause(source, is_paused=False)
    asking.ask(source, Run.Why.PERSON)
    return redirect(source)


@login_required
@require_POST
def source_test(request: HttpRequest, pk: int) -> HttpResponse:
    source = managed_source(request.user, pk)
    testing.ask(source)
    return redirect(source)


@login_required
@require_POST
def source_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """With `go` it runs on schedule again."""
    source = managed_source(request.user, pk)
    keeping.pause(source, is_paused="go" not in request.POST)
    messages.success(
        request,
        _("It runs on schedule again.")
        if "go" in request.POST
        else _("Paused: nothing comes in from it until you resume it or run it by hand."),
    )
    return redirect(source)
