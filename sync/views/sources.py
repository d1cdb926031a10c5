"""All sources, and each one's page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notebooks.access import signed_in
from notebooks.models import Notebook, Space
from notebooks.models.space import Viewer
from notebooks.paths import storable
from sync.access import visible_source
from sync.models import Probe, Source, SourceFile
from sync.results import results_of
from sync.secrets import is_lost
from sync.standing import Standing, standings
from sync.testing import report_of

RUNS = 20
GONE_HERE = 5  # of the files that are gone; a page of their own has all
GONE = 100
# Who watches for long asks less often: seconds since it began -> seconds between questions.
PATIENCE = ((20, 1), (120, 2), (600, 5))
MOST_PATIENT = 15


@dataclass(frozen=True, slots=True)
class GoneFile:
    file: SourceFile
    url: str  # of its runbook, as far as who looks may read it; "" where there is none


@login_required
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """All, or those that fill the space of `?space=`."""
    visible = Source.objects.visible_to(request.user)
    space = Space.objects.visible_to(request.user).filter(slug=storable(request.GET.get("space", ""))).first()
    context = {
        "standings": standings(visible.filter(space=space) if space else visible, request.user),
        "space": space,
        "may_add": Space.objects.writable_by(request.user).exists(),
    }
    return render(request, "sync/sources.html", context)


@never_cache
@login_required
@require_safe
def source(request: HttpRequest, pk: int) -> HttpResponse:
    page = "sync/_live.html" if request.htmx else "sync/source.html"  # type: ignore[attr-defined]
    return render(request, page, _context(request, pk))


@login_required
@require_safe
def gone(request: HttpRequest, pk: int) -> HttpResponse:
    """Every file that vanished there, and what is still here of it."""
    found = visible_source(request.user, pk)
    page = Paginator(_gone(found), GONE).get_page(request.GET.get("page"))
    context = {"source": found, "page": page, "rows": _with_places(page.object_list, request.user)}
    return render(request, "sync/gone.html", context)


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    standing = _standing(signed_in(request), pk)
    source = standing.source
    probe = Probe.objects.filter(source=source).first() if standing.is_mine else None
    gone = _gone(source)
    runs = Paginator(source.runs.order_by("-pk"), RUNS).get_page(request.GET.get("page"))
    return {
        "standing": standing,
        "source": source,
        "is_mine": standing.is_mine,
        "secret_is_lost": standing.is_mine and is_lost(source),
        "probe": probe,
        "report": report_of(probe) if probe else None,
        "page": runs,
        "results": results_of(runs.object_list),
        "gone": _with_places(gone[:GONE_HERE], request.user),
        "gone_count": gone.count(),
        "ask_again": _patience(standing, probe),
    }


def _standing(user: Viewer, pk: int) -> Standing:
    found = standings(Source.objects.visible_to(user).filter(pk=pk), user)
    if not found:
        raise Http404
    return found[0]


def _gone(source: Source) -> QuerySet[SourceFile]:
    return source.files.exclude(gone_since=None).order_by("-gone_since", "path")


def _with_places(files: Iterable[SourceFile], user: Viewer) -> list[GoneFile]:
    files = list(files)
    pks = [file.notebook_id for file in files if file.notebook_id]
    notebooks = Notebook.objects.visible_to(user).alive().filter(pk__in=pks)
    places = {notebook.pk: notebook.get_absolute_url() for notebook in notebooks}
    return [GoneFile(file, places.get(file.notebook_id or 0, "")) for file in files]


def _patience(standing: Standing, probe: Probe | None) -> int:
    """Seconds until the page asks for news; 0 where there will be none."""
    began = [standing.now.run.created_at] if standing.now else []
    if standing.last and not standing.last.is_over:
        began.append(standing.last.run.created_at)
    if probe and probe.is_awaited:
        began.append(probe.asked_at)
    if not began:
        return 0
    age = (timezone.now() - max(began)).total_seconds()
    return next((seconds for until, seconds in PATIENCE if age < until), MOST_PATIENT)
