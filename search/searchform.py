"""Searching by form: its fields, filled from a query and written as one (see search/language/form.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notebooks.models import Space
from search.language.fields import FIELDS
from search.language.form import CHOICES, LISTS, SPANS, TEXTS, Filled, Span, query_of
from search.language.reading import LONGEST
from search.language.tree import Word
from search.saying import said

NAME = "form"  # what an address has that comes from the form

_LABELS: dict[str, str | Promise] = {
    "words": _("All of these words"),
    "phrase": _("Exactly this phrase"),
    "none": _("None of these words"),
    "title": _("Words of the title"),
    "path": _("Words of the path"),
}
_SINCE, _UNTIL = _("since"), _("until")


class SearchForm(forms.Form):
    """Unbound where it only shows a query."""

    def __init__(
        self, spaces: Iterable[Space], data: QueryDict | None = None, form: Filled | None = None
    ) -> None:
        super().__init__(data, initial=_initial(form or Filled()))
        for name in ("words", "phrase", "none", *TEXTS, *LISTS):
            self.fields[name] = _text(name)
        chosen = str(self.initial.get("space", ""))
        self.fields["space"] = forms.CharField(
            required=False,
            label=str(FIELDS["space"].label),
            widget=forms.Select(choices=_spaces(spaces, chosen)),
        )
        for name in CHOICES:
            self.fields[name] = forms.MultipleChoiceField(
                required=False,
                label=str(FIELDS[name].label),
                choices=[(each, said(FIELDS[name], Word(each))) for each in FIELDS[name].choices],
                widget=forms.CheckboxSelectMultiple,
            )
        for name in SPANS:
            self.fields[f"{name}-since"] = _day(_SINCE)
            self.fields[f"{name}-until"] = _day(_UNTIL)

    @property
    def texts(self) -> Iterator[forms.BoundField]:
        return (self[name] for name in ("words", "phrase", "none"))

    @property
    def choices(self) -> Iterator[forms.BoundField]:
        return (self[name] for name in CHOICES)

    @property
    def fields_of_runbooks(self) -> Iterator[forms.BoundField]:
        return (self[name] for name in (*TEXTS, *LISTS))

    @property
    def days(self) -> Iterator[tuple[str | Promise, forms.BoundField, forms.BoundField]]:
        return ((FIELDS[name].label, self[f"{name}-since"], self[f"{name}-until"]) for name in SPANS)

    def query(self) -> str:
        """What was filled in, in the query language. What a field does not take is left out of it."""
        self.is_valid()
        told = self.cleaned_data
        return query_of(
            Filled(
                told.get("words", ""),
                told.get("phrase", ""),
                told.get("none", ""),
                {name: told.get(name, "") for name in TEXTS},
                {name: told.get(name, "") for name in LISTS},
                {name: told.get(name, ()) for name in CHOICES},
                {name: Span(told.get(f"{name}-since", ""), told.get(f"{name}-until", "")) for name in SPANS},
            )
        )


def _initial(form: Filled) -> dict[str, object]:
    days = {
        f"{name}-{side}": getattr(span, side)
        for name, span in form.spans.items()
        for side in ("since", "until")
    }
    texts = {"words": form.words, "phrase": form.phrase, "none": form.none}
    return {**texts, **form.texts, **form.lists, **form.choices, **days}


def _text(name: str) -> forms.CharField:
    shown: dict[str, object] = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    if name in LISTS:
        shown["data-complete"] = name
    label = str(_LABELS.get(name) or FIELDS[name].label)
    return forms.CharField(
        required=False, max_length=LONGEST, label=label, widget=forms.TextInput(attrs=shown)
    )


def _day(side: str | Promise) -> forms.CharField:
    """No DateField: what cannot be a day is said by the query's own hints."""
    widget = forms.TextInput(attrs={"type": "date"})
    return forms.CharField(required=False, max_length=20, label=str(side), widget=widget)


def _spaces(spaces: Iterable[Space], chosen: str) -> list[tuple[str, str | Promise]]:
    """With what the query says, where that is none of them by its address: a name, or several."""
    known = [(space.slug, space.name) for space in spaces]
    if chosen and chosen not in dict(known):
        known.append((chosen, chosen))
    return [("", _("All that I may read")), *known]
