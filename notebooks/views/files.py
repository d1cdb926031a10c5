"""Bytes: originals, side files, what fragments point at; each through a notebook or a space."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from notebooks import blobs, paths
from notebooks.access import asked_revision, visible_notebook, visible_space
from notebooks.addresses import Addresses
from notebooks.models import Asset, Notebook, NotebookAsset, SideFile
from notebooks.models.notebook import MEDIA_TYPE
from notebooks.readmes import image_in
from notebooks.rendering import FRAME, TEXT, SafeHtml, raw_text, whole_output
from notebooks.showing import shown_outputs
from notebooks.sidefiles import MEDIA_TYPES

View = Callable[..., HttpResponseBase]

ASK_AGAIN = "private, no-cache"
IMMUTABLE = "private, max-age=31536000, immutable"
# An image is only looked at: opened by itself it may neither run nor load anything.
IMAGE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
# Script of a notebook: on an origin of its own, and nothing that it asks for leaves the browser.
FRAME_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)


def through_notebook(view: View) -> View:
    """Gives the view the notebook that the person may see; a deleted one is gone with all its files."""

    @wraps(view)
    def wrapper(request: HttpRequest, pk: int, **kwargs: str | int) -> HttpResponseBase:
        notebook = visible_notebook(request.user, pk)
        if notebook.is_deleted:
            return HttpResponse(
                _("This runbook was deleted."), status=410, content_type="text/plain; charset=utf-8"
            )
        return view(request, notebook, **kwargs)

    return wrapper


@require_safe
@through_notebook
def file(request: HttpRequest, notebook: Notebook) -> HttpResponseBase:
    """The original, byte for byte."""
    revision = asked_revision(request, notebook) or notebook.revision
    if revision is None:
        raise Http404
    sent = _Sent(revision.sha256, MEDIA_TYPE, ASK_AGAIN, notebook.name, as_attachment=True)
    return sent.to(request)


@require_safe
@through_notebook
def asset(request: HttpRequest, notebook: Notebook, sha256: str) -> HttpResponseBase:
    """An image of a cell."""
    found = _asset(notebook, sha256)
    if not found.media_type.startswith("image/"):
        raise Http404
    return _Sent(sha256, found.media_type, IMMUTABLE, policy=IMAGE_POLICY).to(request)


@require_safe
@through_notebook
def output(request: HttpRequest, notebook: Notebook, sha256: str) -> HttpResponseBase:
    """The whole of a folded output: as a piece of the page, as a page, or as its text."""
    found = _asset(notebook, sha256)
    if "raw" in request.GET:
        return _text(found)
    html = whole_output(blobs.get(sha256), found.media_type)
    if html is None:
        raise Http404
    addresses = Addresses.within(notebook, html, request.user)
    return _piece(request, notebook, addresses.filling()(0, html))


@require_safe
@through_notebook
def cell_outputs(request: HttpRequest, notebook: Notebook, index: int) -> HttpResponseBase:
    """The outputs of one cell, which a very long page left to be asked for."""
    html = shown_outputs(notebook, index, request.user, asked_revision(request, notebook))
    if html is None:
        raise Http404
    return _piece(request, notebook, html)


@require_safe
@xframe_options_sameorigin
@through_notebook
def frame(request: HttpRequest, notebook: Notebook, sha256: str) -> HttpResponseBase:
    """The document of an output that wants to run script."""
    if _asset(notebook, sha256).media_type != FRAME:
        raise Http404
    response = _Sent(sha256, "text/html; charset=utf-8", IMMUTABLE, policy=FRAME_POLICY).to(request)
    response["X-DNS-Prefetch-Control"] = "off"
    return response


@require_safe
def side_file(request: HttpRequest, slug: str, path: str) -> HttpResponseBase:
    """A README or an image beside the notebooks. Whatever is no image is handed out as text.

    With `?image=<sha256>` an image that the README holds in itself.
    """
    space = visible_space(request.user, slug)
    found = get_object_or_404(space.side_files, path=paths.storable(path))
    if "image" in request.GET:
        return _image_inside(found, request.GET["image"])
    is_image = found.media_type.startswith("image/")
    media_type = found.media_type if is_image else "text/plain; charset=utf-8"
    name = path.rpartition("/")[2]
    return _Sent(found.sha256, media_type, ASK_AGAIN, name, policy=IMAGE_POLICY).to(request)


def _image_inside(readme: SideFile, sha256: str) -> HttpResponse:
    image = image_in(readme, sha256) if readme.media_type == MEDIA_TYPES[".md"] else None
    if image is None:
        raise Http404
    response = HttpResponse(image.raw, content_type=image.media_type)
    response["Cache-Control"] = IMMUTABLE
    response["Content-Security-Policy"] = IMAGE_POLICY
    return response


def _piece(request: HttpRequest, notebook: Notebook, html: SafeHtml) -> HttpResponse:
    """A piece of a runbook: alone for htmx, as a page of its own for whoever follows the link."""
    name = "notebooks/_output.html" if request.headers.get("HX-Request") else "notebooks/output.html"
    response = render(request, name, {"notebook": notebook, "output": html})
    response["Cache-Control"] = ASK_AGAIN
    patch_vary_headers(response, ["HX-Request"])
    return response


def _asset(notebook: Notebook, sha256: str) -> Asset:
    """A digest alone opens nothing: it must be one that this notebook ever showed."""
    granted = NotebookAsset.objects.select_related("asset")
    return get_object_or_404(granted, notebook=notebook, asset=sha256).asset


@dataclass(frozen=True, slots=True)
class _Sent:
    """A blob on its way to the browser."""

    sha256: str
    media_type: str
    cache: str
    name: str = ""
    as_attachment: bool = False
    policy: str = ""  # instead of the pages' own

    def to(self, request: HttpRequest) -> HttpResponseBase:
        etag = quote_etag(self.sha256)
        response = get_conditional_response(request, etag) or FileResponse(
            blobs.open_file(self.sha256),
            as_attachment=self.as_attachment,
            filename=self.name,
            content_type=self.media_type,
        )
        response["Cache-Control"] = self.cache
        response["ETag"] = etag
        if self.policy:
            response["Content-Security-Policy"] = self.policy
        return response


def _text(found: Asset) -> HttpResponseBase:
    if found.media_type != TEXT:
        raise Http404
    response = HttpResponse(raw_text(blobs.get(found.sha256)), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="output-{found.sha256[:8]}.txt"'
    response["Cache-Control"] = IMMUTABLE
    return response
