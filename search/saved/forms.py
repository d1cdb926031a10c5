from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from notebooks.models import Space
from notebooks.paths import one_way, storable
from search.find import FACETS
from search.labels import FACETS as FACET_LABELS
from search.labels import label
from search.language.reading import LONGEST
from search.models import SavedSearch
from search.saved import keeping
from search.saved.access import shareable_with


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One that the form carries along, and drops where it is not ticked any more."""

    name: str
    value: str
    text: str


class SavedSearchForm(forms.Form):
    """Named as an address of the search page names them, with what is kept beside."""

    name = forms.CharField(label=_("Name"), max_length=100)
    q = forms.CharField(
        label=_("Search for"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    sort = forms.ChoiceField(label=_("Order"), choices=SavedSearch.Sort.choices)
    shared = forms.ChoiceField(label=_("Who sees it"), required=False)
    tell = forms.BooleanField(
        label=_("Tell me when something new matches"),
        required=False,
        help_text=_("In the inbox, and by e-mail as you set it there: once for all that comes together."),
    )
    webhooks = forms.BooleanField(
        label=_("Tell the space’s webhooks too"),
        required=False,
        help_text=_("Only where it is shared; of what is in that space alone."),
    )

    def __init__(self, person: User, search: SavedSearch, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.person, self.search = person, search
        self.narrowed = narrowed_in(data) if data is not None else dict(search.narrowed)
        self.spaces = {space.slug: space for space in shareable_with(person)}
        shared = self.fields["shared"]
        shared.choices = [("", _("Only me")), *_named(self.spaces)]  # type: ignore[attr-defined]
        if not self.spaces:
            del self.fields["shared"], self.fields["webhooks"]

    @property
    def narrowings(self) -> Iterator[Narrowing]:
        for name, value in self.narrowed.items():
            yield Narrowing(name, value, f"{FACET_LABELS[name]}: {label(name, value, value)}")

    def clean_name(self) -> str:
        return one_way(str(self.cleaned_data["name"]))

    def clean_q(self) -> str:
        return storable(str(self.cleaned_data["q"]).strip())

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if not data.get("q") and not self.narrowed and "q" not in self.errors:
            self.add_error("q", _("There is nothing in it to search for."))
        return data

    def keep(self) -> SavedSearch:
        """Raises keeping.Refused."""
        data, search = self.cleaned_data, self.search
        search.name, search.text, search.sort = data["name"], data["q"], data["sort"]
        search.narrowed = self.narrowed
        keeping.share(search, self.person, self.spaces.get(data.get("shared", "")))
        keeping.save(search, self.person)
        keeping.tell(search, self.person, is_told=data["tell"])
        if search.space is not None:
            keeping.tell(search, None, is_told=data.get("webhooks", False))
        return search


def narrowed_in(asked: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name in FACETS if (value := storable(str(asked.get(name, "")).strip())[:200])}


def _named(spaces: Mapping[str, Space]) -> Iterator[tuple[str, Any]]:
    for slug, space in spaces.items():
        yield slug, _("All who may read “%(space)s”") % {"space": space.name}
