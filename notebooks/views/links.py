from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from notebooks.access import visible_notebook
from notebooks.models.content import linked_from as linking

A_PAGE = 100


@require_safe
def linked_from(request: HttpRequest, pk: int) -> HttpResponse:
    """All runbooks that point at one; its own page names the first few."""
    notebook = visible_notebook(request.user, pk)
    if notebook.is_deleted:
        return redirect(notebook)  # the page that says what is known of it
    found = linking(notebook, request.user).order_by("title", "pk")
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "notebooks/linked_from.html", {"notebook": notebook, "page": page})
