"""Notebooks and revisions beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lineage.comparison.comparing import Comparison
from lineage.comparison.operands import NotThere, Operand, is_numbered, operand, revision_of
from lineage.comparison.partners import Partners
from lineage.comparison.sides import LETTERS
from notebooks.access import visible_notebook
from notebooks.paging import index_asked

SIDES = tuple(LETTERS.lower())  # as the address names them


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """What `?a=`, `b=` and `c=` name; with fewer than two, the choice of what to compare."""
    asked = [text for side in SIDES if (text := request.GET.get(side, "").strip())]
    operands, missing = _found(asked, request)
    if missing:
        return _choice(request, operands, missing, status=404)
    deleted = next((each.notebook for each in operands if each.notebook.is_deleted), None)
    if deleted is not None:
        return redirect(deleted)  # the page that says what is known of it
    if not all(map(is_numbered, asked)) or request.GET.keys() & set(SIDES) != set(SIDES[: len(asked)]):
        return redirect(f"{reverse('compare')}?{_query(operands)}")
    if len(operands) < 2:
        return _choice(request, operands)
    return _compared(request, operands)


@require_safe
def diff(request: HttpRequest, pk: int, a: int, b: int) -> HttpResponse:
    """Two revisions of one notebook."""
    notebook = visible_notebook(request.user, pk)
    if notebook.is_deleted:
        return redirect(notebook)
    try:
        operands = [revision_of(notebook, number) for number in (a, b)]
    except NotThere as error:
        raise Http404 from error
    return _compared(request, operands)


def _found(asked: Sequence[str], request: HttpRequest) -> tuple[list[Operand], list[str]]:
    """What was found, and the texts that name nothing. An id that names nothing is no page at all."""
    found, missing = [], []
    for text in asked:
        try:
            found.append(operand(text, request.user))
        except NotThere as error:
            if is_numbered(text):
                raise Http404 from error
            missing.append(text)
    return found, missing


def _compared(request: HttpRequest, operands: Sequence[Operand]) -> HttpResponse:
    has_outputs = request.GET.get("outputs") == "1"
    comparison = Comparison.of(
        operands, request.user, with_outputs=has_outputs, wanted=index_asked(request.GET.get("from", ""))
    )
    context = {
        "comparison": comparison,
        "has_outputs": has_outputs,
        "is_one_notebook": len({each.notebook.pk for each in operands}) == 1,
        "is_one_title": len({each.notebook.title for each in operands}) == 1,
        "swapped": _query(operands[::-1]),
        "fields": _fields(operands),
    }
    return render(request, "lineage/compare.html", context)


def _choice(
    request: HttpRequest, operands: Sequence[Operand], missing: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    first = operands[0] if operands else None
    context = {
        "fields": [(side, request.GET.get(side, ""), None) for side in SIDES]
        if missing
        else _fields(operands),
        "first": first,
        "missing": missing,
        "partners": Partners.of(first, request.user) if first else None,
    }
    return render(request, "lineage/compare_choice.html", context, status=status)


def _fields(operands: Sequence[Operand]) -> list[tuple[str, str, Operand | None]]:
    """Name, value and what it names, of each field of the form."""
    chosen = [*operands, None, None, None]
    return [(side, each.name if each else "", each) for side, each in zip(SIDES, chosen, strict=False)]


def _query(operands: Sequence[Operand]) -> str:
    return urlencode({side: each.name for side, each in zip(SIDES, operands, strict=False)}, safe="@")
