from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notebooks.models import Space
from notebooks.models.space import Viewer
from stickies.drafts import LONGEST_BODY, LONGEST_QUOTE, At, Draft, Labels
from stickies.models import Channel, Kind, Note, Reach
from stickies.rights import notable_spaces

CHANNELS = [("", _("none")), *Channel.choices]


class WordsForm(forms.Form):
    """A reply; and what every form of a note has."""

    body = forms.CharField(label=_("Note"), max_length=LONGEST_BODY, strip=False, widget=forms.Textarea)
    quote = forms.CharField(
        label=_("Quote"), required=False, max_length=LONGEST_QUOTE, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].widget.attrs.update(rows=4, **{"aria-keyshortcuts": "Control+Enter"})


class NoteForm(WordsForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, initial=Kind.TIP)
    channel = forms.ChoiceField(label=_("About"), choices=CHANNELS, required=False)
    reach = forms.ChoiceField(label=_("Seen at"), required=False, widget=forms.RadioSelect)
    space = forms.ModelChoiceField(
        Space.objects.none(), label=_("Seen by who may read"), to_field_name="slug", empty_label=None
    )

    def __init__(self, *args: Any, at: At, user: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        spaces = notable_spaces(user)
        self._field("space").queryset = spaces
        self._field("reach").choices = [(reach.value, reach.label) for reach in at.reaches]
        self.initial.setdefault("reach", at.reaches[0])
        self.initial.setdefault("space", self._usual_space(list(spaces)))

    @property
    def spaces(self) -> list[Space]:
        return list(self._field("space").queryset)

    def draft(self) -> Draft:
        wanted = self.cleaned_data
        return Draft(
            wanted["space"],
            self.at,
            wanted["body"],
            wanted["kind"],
            wanted["channel"],
            wanted["reach"],
            wanted["quote"],
        )

    def _usual_space(self, spaces: list[Space]) -> str | None:
        """The runbook's, if the person may write notes there."""
        own = next(
            (each for each in spaces if self.at.notebook and each.pk == self.at.notebook.space_id), None
        )
        chosen = own or next(iter(spaces), None)
        return chosen.slug if chosen else None

    def _field(self, name: str) -> Any:
        return self.fields[name]


class EditForm(WordsForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, required=False)
    channel = forms.ChoiceField(label=_("About"), choices=CHANNELS, required=False)
    reach = forms.ChoiceField(label=_("Seen at"), choices=Reach.choices, required=False)
    seen = forms.CharField(widget=forms.HiddenInput)  # digest of the text that the editor began with

    field_order = ("body", "kind", "channel", "reach", "seen")

    def __init__(
        self, *args: Any, note: Note, reaches: tuple[Reach, ...], may_edit: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["quote"]
        self.fields["body"].disabled = not may_edit  # a space's writer changes labels alone
        if note.parent_id is not None:
            for name in ("kind", "channel", "reach"):
                del self.fields[name]
        else:
            field: Any = self.fields["reach"]
            field.choices = [(reach.value, reach.label) for reach in reaches]

    def labels(self) -> Labels:
        wanted = self.cleaned_data
        return Labels(wanted.get("kind") or None, wanted.get("channel"), wanted.get("reach") or None)
