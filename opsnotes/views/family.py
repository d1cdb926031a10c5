"""The page of a family: every copy of a cell, or of a notebook, that the person may see."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from lineage.families.copies import copies_of, family_of
from lineage.families.occurrences import Family
from lineage.graph.pictures import picture_of_families
from lineage.sight import Sight
from notebooks import memes
from notebooks.memes import Meme
from notebooks.models import Notebook
from opsnotes.cellhistory import CellHistory
from opsnotes.familypage import beside, visible_kin
from opsnotes.familytexts import Asked, shown_occurrences, shown_texts
from stickies.standing import notes_of_family

TEXTS = 8  # on a page
SOME = 5  # occurrences of each
MANY = 50  # where one text alone is looked at; notebooks likewise


@require_safe
def family(request: HttpRequest, meme: str) -> HttpResponse:
    """Of a base UUID, or of a full id: then its branch is marked."""
    asked = memes.parse(meme)
    if asked is None:
        return _unknown(request, meme)
    if str(asked) != meme:
        query = f"?{urlencode(request.GET, doseq=True)}" if request.GET else ""
        return HttpResponsePermanentRedirect(reverse("family", args=[str(asked)]) + query)
    sight = Sight(request.user)
    found = family_of(asked.uuid, sight)
    copies = copies_of(asked.uuid, sight).with_place().select_related("trace")
    copies_page = Paginator(copies, MANY).get_page(request.GET.get("copies"))
    if not found.occurrences and not copies_page.paginator.count:
        return _unknown(request, meme)
    text = request.GET.get("text", "")
    if text and found.group(text) is None:  # edited since somebody noted the address
        return redirect("family", meme)
    context = {
        "meme": asked,
        "family": found,
        "copies": copies_page,
        "left": _left(request),
        "text": text,
        "notes": notes_of_family(asked.uuid, request.user),
        "beside": beside(found, asked, sight),
        "executions": CellHistory(asked, request.user),
        "picture": picture_of_families(sight, [asked.uuid], "#texts"),
        **_bearing(found, asked, sight),
        **_texts(request, found, sight, asked.branch or None, text),
    }
    return render(request, "opsnotes/family.html", context)


def _unknown(request: HttpRequest, meme: str) -> HttpResponse:
    """The same for what never was and for what this person may not see; but files may tell what became of it."""
    asked = memes.parse(meme)
    context = {
        "meme": meme,
        "is_meme": asked is not None,
        "left": _left(request),
        "notes": notes_of_family(asked.uuid, request.user) if asked else (),
        "kin": visible_kin(asked.uuid, Sight(request.user)) if asked else (),
    }
    return render(request, "opsnotes/family_unknown.html", context, status=404)


def _left(request: HttpRequest) -> Notebook | None:
    """The runbook whose link to a cell led here, since it has the cell no longer."""
    pk = request.GET.get("left", "")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    return Notebook.objects.visible_to(request.user).alive().filter(pk=pk).first()


def _bearing(family: Family, meme: Meme, sight: Sight) -> dict[str, Any]:
    """The occurrences of the full id."""
    bearing = family.bearing(meme.branch) if meme.branch else ()
    shown = shown_occurrences(family, bearing[:SOME], None, sight) if bearing else []
    return {"bearing": shown, "bearing_count": len(bearing)}


def _texts(
    request: HttpRequest, family: Family, sight: Sight, marked: str | None, text: str
) -> dict[str, Any]:
    """A page of texts with a few occurrences each, or of one text a page of its occurrences."""
    numbered = list(enumerate(family.groups, start=1))
    wanted: list[Asked]
    if text:
        number, group = next(each for each in numbered if each[1].text == text)
        page: Any = Paginator(group.occurrences, MANY).get_page(request.GET.get("page"))
        wanted = [(number, group, page.object_list)]
    else:
        page = Paginator(numbered, TEXTS).get_page(request.GET.get("page"))
        wanted = [(number, group, group.occurrences[:SOME]) for number, group in page]
    return {"page": page, "texts": shown_texts(family, wanted, marked, sight) if wanted else []}
