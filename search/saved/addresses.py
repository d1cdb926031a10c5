"""A saved search as an address of the search page."""

from django.http import QueryDict
from django.urls import reverse

from search.find import NEWEST
from search.models import SavedSearch


def address_of(search: SavedSearch, sort: str) -> str:
    asked = QueryDict(mutable=True)
    asked.update({"q": search.text} if search.text else {})
    asked.update(search.narrowed)
    asked.update({"sort": sort} if sort == NEWEST else {})
    return f"{reverse('search')}?{asked.urlencode()}"
