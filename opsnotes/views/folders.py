"""Browsing a space as a wiki: folders with what introduces them."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lineage.runs.badges import runs_of
from notebooks import folders, paths
from notebooks.access import visible_space
from notebooks.models import Notebook, SideFile, Space
from notebooks.models.space import Viewer
from notebooks.moving import forwarded
from notebooks.readmes import shown_readme
from notebooks.showing import shown_cells
from notebooks.verdict import Verdict
from opsnotes.crumbs import crumbs_of
from opsnotes.reading import Reading
from stickies.hazards import open_hazards_in

PAGE = 100


@require_safe
def browse(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    """A folder ends with "/"; any other path leads to the notebook or file that is, or was, there."""
    space = visible_space(request.user, slug)
    folder = _cleaned(path)
    if path and not path.endswith("/"):
        return _redirect_to_file(request, space, folder)
    if not folders.is_folder(space, folder):
        raise Http404
    if path.rstrip("/") != folder:
        return HttpResponsePermanentRedirect(reverse("browse", args=[slug, f"{folder}/"]))
    return _folder(request, space, folder)


def _cleaned(path: str) -> str:
    try:
        return paths.clean_folder(path)
    except paths.UnsafePath as error:
        raise Http404 from error


def _redirect_to_file(request: HttpRequest, space: Space, path: str) -> HttpResponse:
    at_path = Notebook.objects.without_signposts().filter(space=space, path=path)
    alive = at_path.alive().first() or forwarded(space, path, request.user)
    found = alive or at_path.order_by("-deleted_at", "-pk").first()
    if found is not None:
        return redirect(found)
    if SideFile.objects.filter(space=space, path=path).exists():
        return redirect("side-file", space.slug, path)
    if folders.is_folder(space, path):
        return HttpResponsePermanentRedirect(reverse("browse", args=[space.slug, f"{path}/"]))
    raise Http404


def _folder(request: HttpRequest, space: Space, folder: str) -> HttpResponse:
    sort = folders.Sort.of(request.GET.get("sort"))
    page = Paginator(folders.Listing(space, folder, sort), PAGE).get_page(request.GET.get("page"))
    entries = list(page)
    verdicts = folders.verdicts_of(entries)
    readme = folders.readme_of(space, folder) if page.number == 1 else folders.Readme(None, None, None)
    context = {
        "space": space,
        "folder": folder,
        "name": folder.rpartition("/")[2] or space.name,
        "crumbs": crumbs_of(space, paths.folder_of(folder)) if folder else (),
        "sort": sort,
        "page": page,
        "rows": [_row(entry, verdicts) for entry in entries],
        "runs": runs_of(verdicts.keys(), request.user),
        "readme": readme,
        "readme_text": shown_readme(readme.text, request.user) if readme.text else None,
        "readme_reading": _reading(readme, request.user),
        "hazards": open_hazards_in(space, folder, request.user),
        "can_write": space.is_writable_by(request.user),
    }
    return render(request, "opsnotes/folder.html", context)


def _row(entry: folders.Entry, verdicts: dict[int, Verdict]) -> dict[str, object]:
    folder = entry if isinstance(entry, folders.SubFolder) else None
    notebook = folder.only if folder else entry
    verdict = verdicts.get(notebook.pk) if isinstance(notebook, Notebook) else None
    return {"folder": folder, "notebook": notebook, "verdict": verdict}


def _reading(readme: folders.Readme, user: Viewer) -> Reading | None:
    if readme.notebook is None:
        return None
    address = readme.notebook.get_absolute_url()
    return Reading.of("", shown_cells(readme.notebook, user, address=address))
