"""What an address of the activity page may ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lineage.panorama.activity import Wish
from notebooks.models import Space
from notebooks.models.notebook import LARGEST_ID

FIRST, LAST = date(1970, 1, 1), date(9000, 1, 1)


class DayField(forms.DateField):
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    input_formats = ("%Y-%m-%d",)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not FIRST <= value <= LAST:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


class ActivityForm(forms.Form):
    """Wrong values narrow nothing, and are told."""

    space = forms.CharField(label=_("Space"), required=False, widget=forms.Select)
    who = forms.CharField(label=_("Person"), required=False, widget=forms.Select)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    unrun = forms.BooleanField(label=_("Also what nobody ran"), required=False)
    runbook = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID, widget=forms.HiddenInput)

    def wish(self) -> Wish:
        self.is_valid()
        asked = self.cleaned_data
        return Wish(
            space=asked.get("space", ""),
            who=asked.get("who", ""),
            since=asked.get("since"),
            until=asked.get("until"),
            has_unrun=asked.get("unrun", False),
            runbook=asked.get("runbook"),
        )

    def offer(self, spaces: Sequence[Space], people: Sequence[tuple[str, int]]) -> None:
        """What there is to choose from; what the address asks for stays chosen."""
        asked = self.cleaned_data
        self._choose("space", _("All"), [(space.slug, space.name) for space in spaces], asked.get("space"))
        names = [(who, f"{who} ({count})") for who, count in people]
        self._choose("who", _("Everybody"), names, asked.get("who"))

    def _choose(self, name: str, everything: Any, choices: list[tuple[str, str]], asked: str | None) -> None:
        if asked and asked not in dict(choices):
            choices = [*choices, (asked, asked)]
        widget = self.fields[name].widget
        widget.choices = [("", everything), *choices]
