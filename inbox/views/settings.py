"""How a person is told: mail, feeds; and the way out for who has only the mail."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from inbox.forms import MailForm, forget_waiting
from inbox.keys import feed_key_of, renew_feed_key, stopping
from inbox.models import MailChoice, Watch
from inbox.watched import watched_by
from notebooks.access import signed_in


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def inbox_settings(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    choice = MailChoice.objects.filter(user=person).first() or MailChoice(user=person)
    form = MailForm(request.POST or None, instance=choice)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("inbox-settings")
    key = feed_key_of(person)
    context = {
        "form": form,
        "sends_mail": settings.SENDS_MAIL,
        "feed": f"{settings.BASE_URL}{reverse('feed-inbox', args=[key])}",
        "feeds": [each for each in _feeds(person, key) if each[1]],
    }
    return render(request, "inbox/settings.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def feeds_renew(request: HttpRequest) -> HttpResponse:
    renew_feed_key(signed_in(request))
    messages.success(
        request, _("The old feed addresses open nothing any more. Put the new ones into your reader.")
    )
    return redirect("inbox-settings")


@never_cache
@csrf_exempt  # a mail program presses it for the person (RFC 8058); the token in the address is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Asks first: a scanner that opens every link of a mail must not stop it."""
    found = stopping(token)
    if found is None or not User.objects.filter(pk=found[0]).exists():
        return render(request, "inbox/stop.html", {"is_known": False}, status=410)
    user_id, watch_id = found
    watch = Watch.objects.filter(user=user_id, pk=watch_id or 0)
    context = {"is_known": True, "has_watch": watch.exists()}
    if request.method != "POST":
        return render(request, "inbox/stop.html", context)
    if "watch" in request.POST:
        watch.delete()
    else:
        _stop_mail(User.objects.get(pk=user_id))
    return render(
        request, "inbox/stop.html", context | {"is_done": True, "of_watch": "watch" in request.POST}
    )


def _stop_mail(user: User) -> None:
    with transaction.atomic():
        MailChoice.objects.update_or_create(user=user, defaults={"when": MailChoice.When.OFF})
        forget_waiting(user)


def _feeds(person: User, key: str) -> list[tuple[str, str]]:
    """Name and address of each feed narrower than the inbox."""
    return [(each.name, _address(key, each.feed, each.watch)) for each in watched_by(person)]


def _address(key: str, kind: str, watch: Watch) -> str:
    if kind == "runbook":
        path = reverse("feed-runbook", args=[key, watch.notebook_id])
    elif kind == "space" and watch.space is not None:
        path = reverse("feed-space", args=[key, watch.space.slug])
    else:
        return ""
    return f"{settings.BASE_URL}{path}"
