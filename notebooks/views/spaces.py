from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from notebooks.access import signed_in, writable_space
from notebooks.forms import NewSpaceForm, SpaceForm
from notebooks.models import Notebook, Space

BIN_PAGE = 100


@require_safe
def spaces(request: HttpRequest) -> HttpResponse:
    visible = Space.objects.visible_to(request.user).with_standing(request.user).with_counts()
    mine_first = sorted(visible.order_by("name", "pk"), key=lambda space: not space.is_joined)
    return render(request, "notebooks/spaces.html", {"spaces": mine_first})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_new(request: HttpRequest) -> HttpResponse:
    form = NewSpaceForm(request.POST or None, user=signed_in(request))
    if request.method == "POST" and form.is_valid():
        space = form.save()
        messages.success(request, _("The space “%(space)s” is there: put runbooks in.") % {"space": space})
        return redirect(space)
    return render(request, "notebooks/space_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def space(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is in it, for those who are; its settings, for its writers."""
    visible = Space.objects.visible_to(request.user).with_standing(request.user).with_counts()
    found = get_object_or_404(visible.with_people(), slug=slug)
    if found.is_writable:
        return _settings(request, found)
    if request.method == "POST":
        raise PermissionDenied(_("Only its writers change a space."))
    return render(request, "notebooks/space.html", {"space": found})


def _settings(request: HttpRequest, space: Space) -> HttpResponse:
    form = SpaceForm(request.POST or None, instance=space, user=signed_in(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        still_there = Space.objects.visible_to(request.user).filter(pk=space.pk).exists()
        return redirect("space", space.slug) if still_there else redirect("spaces")
    context = {"space": space, "form": form}
    return render(request, "notebooks/space.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def space_bin(request: HttpRequest, slug: str) -> HttpResponse:
    space = writable_space(request.user, slug)
    deleted = Notebook.objects.deleted().filter(space=space).with_place().select_related("deleted_by")
    page = Paginator(deleted.order_by("-deleted_at", "-pk"), BIN_PAGE).get_page(request.GET.get("page"))
    return render(request, "notebooks/bin.html", {"space": space, "page": page})
