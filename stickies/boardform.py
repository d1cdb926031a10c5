"""What an address of the notes page may ask for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lineage.panorama.form import DayField
from stickies.models import Channel, Kind
from stickies.narrowing import Mine, State, Wish

Choice = tuple[str, str, int]  # value, label, how many

_ALL: dict[str, Any] = {
    "kind": _("All"),
    "state": _("All"),
    "channel": _("All"),
    "space": _("All"),
    "who": _("Everybody"),
    "tag": _("All"),
}


class BoardForm(forms.Form):
    """Wrong values narrow nothing, and are told."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *Kind.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *State.choices])
    mine = forms.ChoiceField(
        label=_("Concerning me"), required=False, choices=[("", _("All")), *Mine.choices]
    )
    who = forms.CharField(label=_("Person"), required=False, widget=forms.Select)
    space = forms.CharField(label=_("Space"), required=False, widget=forms.Select)
    tag = forms.CharField(label=_("Tag"), required=False, widget=forms.Select)
    channel = forms.ChoiceField(label=_("About"), required=False, choices=[("", _("All")), *Channel.choices])
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)

    def __init__(self, *args: Any, is_somebody: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_somebody:
            del self.fields["mine"]

    def wish(self) -> Wish:
        self.is_valid()
        return Wish(**self.cleaned_data)

    def offer(self, name: str, choices: Iterable[Choice]) -> None:
        """What there is to choose from, with how many each would show; what the address asks for stays chosen."""
        told = [(value, f"{label} ({count})") for value, label, count in choices]
        asked = self.cleaned_data.get(name)
        if asked and asked not in dict(told):
            field: Any = self.fields[name]
            names = dict(getattr(field, "choices", ()))
            told.append((asked, f"{names.get(asked, asked)} (0)"))
        widget: Any = self.fields[name].widget
        widget.choices = [("", _ALL[name]), *told]
