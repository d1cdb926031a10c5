"""The keys of a space, for its writers: what a key opens is the notes of all of them."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from notebooks.access import signed_in, writable_space
from stickies.door.keys import make_key
from stickies.models import DoorKey


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has it for the checker only
    class Meta:
        model = DoorKey
        fields = ("name",)
        help_texts = {
            "name": gettext_lazy("Which notebook server it is for, so that you know later what to revoke.")
        }


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest, slug: str) -> HttpResponse:
    """The answer to making one shows it: nothing that could be read again later holds it."""
    space = writable_space(request.user, slug)
    form = KeyForm(request.POST or None)
    new_key = ""
    if request.method == "POST" and form.is_valid():
        new_key = make_key(space, form.cleaned_data["name"], signed_in(request))
        form = KeyForm()
    context = {
        "space": space,
        "form": form,
        "new_key": new_key,
        "keys": DoorKey.objects.filter(space=space).select_related("made_by").order_by("-made_at", "-pk"),
        "address": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "stickies/keys.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def key_revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    key = get_object_or_404(DoorKey, pk=pk, space=writable_space(request.user, slug))
    key.delete()
    messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": key.name})
    return redirect("door-keys", slug)
