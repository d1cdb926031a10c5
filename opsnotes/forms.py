import zoneinfo
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from notebooks.callers import address_of
from opsnotes import logins
from opsnotes.models import ApiToken, Preferences
from search.saved import history


class LoginForm(AuthenticationForm):
    """Django's, which gives up for a while after too many wrong passwords."""

    def clean(self) -> dict[str, Any]:
        name, address = self.cleaned_data.get("username", ""), self._address()
        if logins.is_blocked(name, address):
            raise forms.ValidationError(
                _("Too many wrong passwords. Wait a quarter of an hour, or ask an administrator for help."),
                code="blocked",
            )
        try:
            data = super().clean()
        except forms.ValidationError:
            logins.note_failure(name, address)
            raise
        logins.forget_failures(name, address)
        return data

    def _address(self) -> str:
        return address_of(self.request) if isinstance(self.request, HttpRequest) else "unknown"


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has it for the checker only
    class Meta:
        model = Preferences
        fields = ("language", "time_zone", "theme", "shortcuts", "search_history")
        help_texts = {
            "shortcuts": _("/ to search, j and k from cell to cell, y for a link, ? for all of them."),
            "search_history": _("The last 20, for you alone. Switched off, those that are kept are deleted."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As the browser says")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        self.fields["theme"].choices = Preferences.Theme.choices  # type: ignore[attr-defined]
        self.fields["time_zone"].widget = forms.Select(choices=list(_zones()))

    def save(self, commit: bool = True) -> Preferences:  # noqa: FBT001, FBT002  Django's signature
        preferences: Preferences = super().save(commit)
        if not preferences.search_history:
            history.forget(preferences.user)
        return preferences


def _zones() -> Iterator[tuple[Any, Any]]:
    """Every zone, by area."""
    yield "", _("As the server: %(zone)s") % {"zone": settings.TIME_ZONE}
    yield "UTC", "UTC"
    zones = sorted(
        zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/")
    )
    for area, group in groupby(zones, key=lambda zone: zone.partition("/")[0]):
        yield area, [(zone, zone.partition("/")[2].replace("_", " ")) for zone in group]


class AppearanceForm(forms.Form):
    """The quick switch of every page: one of both, or both."""

    theme = forms.ChoiceField(choices=Preferences.Theme.choices, required=False)
    language = forms.ChoiceField(choices=settings.LANGUAGES, required=False)


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ApiToken
        fields = ("name",)
        help_texts = {"name": _("What it is for, so that you know later which one to revoke.")}


def password_form(person: User, data: Any = None) -> "SetPasswordForm[User]":
    """Who came by a login link has no old password to type."""
    kind = PasswordChangeForm if person.has_usable_password() else SetPasswordForm
    form = kind(person, data)
    for field in form.fields.values():
        field.widget.attrs.pop("autofocus", None)  # it is one of several forms on its page
    return form
