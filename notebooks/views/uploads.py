import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notebooks import batches as batches_of_files
from notebooks.access import signed_in, visible_batch, writable_batch
from notebooks.door import SKIPS
from notebooks.models import Batch, BatchItem
from notebooks.progress import progress_of, with_counts
from notebooks.uploadform import UploadForm

A_PAGE = 100
# A page that is watched for long asks less often: seconds since the batch began -> seconds between questions.
PATIENCE = ((20, 1), (120, 2), (600, 5))
MOST_PATIENT = 15

_NUMBER = re.compile("[0-9]{1,18}")

SHOWN_STATES = [state for state in BatchItem.State if state != BatchItem.State.UNPACKED]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        user=signed_in(request),
        initial={name: request.GET[name] for name in ("space", "folder") if name in request.GET},
    )
    if request.method == "POST" and form.is_valid():
        return redirect(form.save())
    return render(request, "notebooks/upload.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    uploaded = Batch.objects.filter(by=signed_in(request)).exclude(kind=Batch.Kind.SYNC)
    mine = with_counts(uploaded.select_related("space"))
    page = Paginator(mine, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "notebooks/batches.html", {"page": page})


@login_required
@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible_batch(request.user, pk)
    page = "notebooks/_batch_news.html" if request.htmx else "notebooks/batch.html"  # type: ignore[attr-defined]
    return render(request, page, _context(request, found))


@login_required
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    found = writable_batch(request.user, pk)
    batches_of_files.retry(found, _chosen_item(request, found))
    return redirect(found)


def _chosen_item(request: HttpRequest, batch: Batch) -> int | None:
    """The one item that is to be tried again; None for all."""
    number = request.POST.get("item")
    if number is None:
        return None
    return get_object_or_404(batch.items, pk=int(number) if _NUMBER.fullmatch(number) else 0).pk


def _context(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    state = request.GET.get("state", "")
    state = state if state in SHOWN_STATES else ""
    failed = batch.items.filter(state=BatchItem.State.FAILED)
    return {
        "batch": batch,
        "progress": progress_of(batch),
        "skipped": [(SKIPS.get(reason, reason), count) for reason, count in sorted(batch.skipped.items())],
        "failed": failed[:A_PAGE],
        "retriable": batch.items.retriable().count(),
        "may_retry": batch.is_writable_by(request.user),
        "state": state,
        "states": SHOWN_STATES,
        "page": _items(request, batch, state),
        "ask_again": _patience(batch),
    }


def _items(request: HttpRequest, batch: Batch, state: str) -> Page[BatchItem]:
    # By its id alone is a notebook linked to: it may be in a space by now whose titles are not this person's to read.
    items = batch.items.exclude(state=BatchItem.State.UNPACKED)
    wanted = items.filter(state=state) if state else items
    return Paginator(wanted, A_PAGE).get_page(request.GET.get("page"))


def _patience(batch: Batch) -> int:
    age = (timezone.now() - batch.touched_at).total_seconds()
    return next((seconds for until, seconds in PATIENCE if age < until), MOST_PATIENT)
