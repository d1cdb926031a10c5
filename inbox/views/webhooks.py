"""A space's webhooks, for its writers: where they go, what was answered, send again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from inbox import bells, delivering
from inbox.forms import WebhookForm
from inbox.keys import secret_of
from inbox.models import Delivery, Webhook
from notebooks.access import signed_in, writable_space
from notebooks.models import Space

PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest, slug: str) -> HttpResponse:
    space = writable_space(request.user, slug)
    form = WebhookForm(
        request.POST or None, instance=Webhook(space=space, made_by=signed_in(request), is_on=True)
    )
    if request.method == "POST" and form.is_valid():
        hook = form.save()
        messages.success(request, _("Saved. Give its secret to who listens there."))
        return redirect("webhook", slug, hook.pk)
    context = {"space": space, "form": form, "webhooks": Webhook.objects.filter(space=space)}
    return render(request, "inbox/webhooks.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    hook = _hook(request, slug, pk)
    form = WebhookForm(request.POST or None, instance=hook)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("webhook", slug, pk)
    deliveries = Paginator(hook.deliveries.all(), PAGE).get_page(request.GET.get("page"))
    context = {
        "space": hook.space,
        "webhook": Webhook.objects.get(pk=pk),
        "form": form,
        "secret": secret_of(hook),
        "page": deliveries,
    }
    return render(request, "inbox/webhook.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    hook = _hook(request, slug, pk)
    hook.delete()
    messages.success(request, _("“%(name)s” is told nothing any more.") % {"name": hook.name})
    return redirect("webhooks", slug)


@login_required
@require_POST
def secret_new(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    hook = _hook(request, slug, pk)
    hook.number += 1
    hook.save(update_fields=["number"])
    messages.success(request, _("What is sent from now on is signed with the new secret."))
    return redirect("webhook", slug, pk)


@login_required
@require_POST
def send_again(request: HttpRequest, slug: str, pk: int, delivery: int) -> HttpResponse:
    hook = _hook(request, slug, pk)
    delivering.send_again(get_object_or_404(Delivery, webhook=hook, pk=delivery))
    transaction.on_commit(bells.ring_for_deliveries, robust=True)
    messages.success(request, _("It is on its way again. Load this page anew to see what was answered."))
    return redirect("webhook", slug, pk)


def _hook(request: HttpRequest, slug: str, pk: int) -> Webhook:
    space: Space = writable_space(request.user, slug)
    return get_object_or_404(Webhook.objects.select_related("space"), space=space, pk=pk)
