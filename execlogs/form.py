"""What an address of the executions page, or of an export, may ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from execlogs.models import Status
from execlogs.spans import NIGHT, TODAY, WEEK, Span, moment_in, span_of
from execlogs.wishes import Wish
from notebooks import memes
from notebooks.memes import Meme
from notebooks.models import Space
from notebooks.models.notebook import LARGEST_ID
from notebooks.paths import storable

WHEN = [(TODAY, _("Today")), (NIGHT, _("Last night")), (WEEK, _("Last 7 days"))]
LONGEST = 200  # characters of words


class MomentInput(forms.DateTimeInput):
    """A day alone is given its first or last minute: the browser's field knows no days."""

    input_type = "datetime-local"

    def __init__(self, day_ends: str) -> None:
        super().__init__()
        self.day_ends = day_ends

    def format_value(self, value: Any) -> str | None:
        text = str(value or "").strip()
        return f"{text}T{self.day_ends}" if len(text) == len("2026-05-02") else text or None


class MomentField(forms.Field):
    """A day or a minute by the reader's clocks, or a moment with an offset."""

    default_error_messages = {"invalid": _("Write a day or a time, as 2026-05-02 or 2026-05-02T14:30.")}

    def __init__(self, *, is_end: bool, **kwargs: Any) -> None:
        super().__init__(widget=MomentInput("23:59" if is_end else "00:00"), required=False, **kwargs)
        self.is_end = is_end

    def to_python(self, value: Any) -> datetime | None:
        if not value:
            return None
        try:
            return moment_in(str(value), timezone.get_current_timezone(), is_end=self.is_end)
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class MemeField(forms.CharField):
    def to_python(self, value: Any) -> Meme | None:  # type: ignore[override]
        text = super().to_python(value)
        meme = memes.parse(text) if text else None
        if text and meme is None:
            raise forms.ValidationError(_("This is no MEME."), code="invalid")
        return meme


def _words(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=LONGEST)


class ExecutionsForm(forms.Form):
    """Wrong values narrow nothing, and are told."""

    q = _words(_("Words in code or output"))
    runbook = _words(_("Runbook"))
    who = forms.CharField(label=_("Person"), required=False, widget=forms.Select)
    host = forms.CharField(label=_("Notebook server"), required=False, widget=forms.Select)
    status = forms.ChoiceField(label=_("Ended"), required=False, choices=[("", _("All")), *Status.choices])
    space = forms.CharField(label=_("Space"), required=False, widget=forms.Select)
    since = MomentField(label=_("From"), is_end=False)
    until = MomentField(label=_("To"), is_end=True)
    when = forms.ChoiceField(required=False, choices=[("", ""), *WHEN], widget=forms.HiddenInput)
    notebook = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID, widget=forms.HiddenInput)
    meme = MemeField(required=False, widget=forms.HiddenInput)

    def wish(self) -> Wish:
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        named = self._named(asked.pop("when", ""))
        texts = {name: storable(value) if isinstance(value, str) else value for name, value in asked.items()}
        wanted: dict[str, Any] = {"since": named.since, "until": named.until} | texts
        return Wish(**wanted)

    def _named(self, when: str) -> Span:
        return span_of(when, timezone.now(), timezone.get_current_timezone())

    def offer(self, spaces: Sequence[Space], people: Sequence[str], hosts: Sequence[str]) -> None:
        """What there is to choose from; what the address asks for stays chosen."""
        self._choose("space", _("All"), [(space.slug, space.name) for space in spaces])
        self._choose("who", _("Everybody"), [(name, name) for name in people])
        self._choose("host", _("All"), [(name, name) for name in hosts])

    def _choose(self, name: str, everything: Any, choices: Sequence[tuple[str, str]]) -> None:
        asked = self.cleaned_data.get(name)
        known = [*choices, (asked, asked)] if asked and asked not in dict(choices) else choices
        widget: Any = self.fields[name].widget
        widget.choices = [("", everything), *known]
