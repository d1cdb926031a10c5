"""The inbox: what I was told, and that I have read it."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from inbox import listing
from inbox.models import Notice
from inbox.views.answers import number
from notebooks.access import signed_in

PAGE = 50


@never_cache
@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    return _page(request)


@never_cache
@login_required
@require_safe
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """On to what it tells of. That the person has seen it is all that a GET changes here."""
    notice = get_object_or_404(Notice.objects.of(request.user), pk=pk)
    listing.mark_read(signed_in(request), Notice.objects.filter(pk=pk))
    return redirect(notice.url)


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """One `notice`, or all `until` the newest that the person had before them."""
    person = signed_in(request)
    if "notice" in request.POST:
        notices = Notice.objects.of(person).filter(pk=number(request.POST["notice"]))
    elif "until" in request.POST:
        notices = Notice.objects.of(person).filter(pk__lte=number(request.POST["until"]))
    else:
        raise Http404
    listing.mark_read(person, notices)
    return after(request)


def after(request: HttpRequest) -> HttpResponse:
    """The inbox as it is now: in its place on the page, or as the page."""
    return _page(request) if request.headers.get("HX-Request") else redirect(reverse("inbox"))


def _page(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    page = Paginator(listing.listed(person), PAGE).get_page(request.GET.get("page"))
    unread = listing.unread_count(person)
    newest = Notice.objects.of(person).order_by("-pk").values_list("pk", flat=True).first()
    context = {"page": page, "days": listing.by_day(page), "unread": unread, "newest": newest}
    is_part = request.headers.get("HX-Request") and request.method == "POST"
    return render(request, "inbox/_inbox_changed.html" if is_part else "inbox/inbox.html", context)
