"""/activity/: which runbooks were worked on when, by whom, and how cells travelled between them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lineage.panorama import Panorama


@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    return render(request, "lineage/activity.html", {"panorama": Panorama(request.user, request.GET)})
