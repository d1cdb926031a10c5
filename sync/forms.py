"""The form of a source: of each kind what that kind needs."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notebooks.models import Space
from sync import keeping, rules
from sync.models import Source

Kind = Source.Kind

_FROM = {
    Kind.FOLDER: ("address",),
    Kind.JUPYTER: ("address", "login", "secret", "start"),
    Kind.HUB: ("address", "secret", "start"),
}
_TAKES = ("takes_logs", "time_zone", "include", "exclude", "owner_pattern", "path_mapping")
_MANNERS = ("verify_tls", "ca_certificate", "most_requests", "patience")
_WHEN = {
    Kind.FOLDER: ("is_watched", "every_minutes"),
    Kind.JUPYTER: ("every_minutes",),
    Kind.HUB: ("every_minutes",),
}
_RHYTHMS = (
    (0, _("only by hand")),
    (5, _("every 5 minutes")),
    (10, _("every 10 minutes")),
    (30, _("every half hour")),
    (60, _("every hour")),
    (360, _("every 6 hours")),
    (1440, _("once a day")),
    (10080, _("once a week")),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together."""

    title: str
    fields: Sequence[forms.BoundField]
    is_folded: bool  # most people need none of them

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in self.fields)


def _lines(rows: int, placeholder: str = "") -> forms.Textarea:
    return forms.Textarea(
        attrs={"rows": rows, "spellcheck": "false", "autocapitalize": "none", "placeholder": placeholder}
    )


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has it for the checker only
    secret = forms.CharField(
        label=_("Token"),
        required=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = Source
        fields = (
            "name", "space", "folder", "address", "login", "start", "takes_logs", "time_zone", "include", "exclude",
            "owner_pattern", "path_mapping", "verify_tls", "ca_certificate", "most_requests", "patience", "is_watched",
            "every_minutes",
        )  # fmt: skip
        widgets = {
            "include": _lines(3, "*.ipynb"),
            "exclude": _lines(3, "drafts/"),
            "path_mapping": _lines(2, "/home/{owner}/notebooks => {owner}"),
            "ca_certificate": _lines(4, "-----BEGIN CERTIFICATE-----"),
            "start": forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
            "folder": forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
            "owner_pattern": forms.TextInput(
                attrs={"placeholder": "{owner}/**", "autocapitalize": "none", "spellcheck": "false"}
            ),
        }
        help_texts = {
            "name": _("What people call it: it stands beside every runbook that came from it."),
            "space": _("Who may read this space reads what comes in."),
            "folder": _(
                "Where in the space; empty for all of it. The source owns this folder: nobody uploads into it any more."
            ),
            "start": _("Take only what lies in this folder there; empty for everything."),
            "include": _("One pattern a line, as in .gitignore. Empty for everything."),
            "exclude": _("One pattern a line. Checkpoints, temporary files and *.pkl are left out anyway."),
            "takes_logs": _("What lc_wrapper wrote into .log folders beside the notebooks."),
            "time_zone": _("Logs name zones by abbreviations such as JST or IST; this says which is meant."),
            "owner_pattern": _("{owner}/** where the first folder is a person’s name. Empty where paths name nobody."),
            "path_mapping": _("A folder as logs name it => what it is here, one a line. For servers in containers."),
            "is_watched": _("What is saved there is here within seconds, and the schedule finds what watching missed."),
            "verify_tls": _("Only without it if you know why: else anybody in between can read the token."),
            "patience": _("One that answers slower than that is left for the next run."),
        }  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.source: Source = self.instance
        self.kind = Kind(self.source.kind)
        for name in set(self.fields) - {name for group in self._names() for name in group}:
            del self.fields[name]
        self._offer_places()
        self._word_the_address()
        self.fields["time_zone"] = _choice(self.fields["time_zone"], list(_zones(self.source.time_zone)))
        self.fields["every_minutes"].label = _("How often it is looked at")
        self.fields["every_minutes"] = _choice(
            self.fields["every_minutes"], _rhythms(self.source.every_minutes), coerce=int
        )

    def _names(self) -> list[tuple[str, ...]]:
        manners = () if self.kind == Kind.FOLDER else _MANNERS
        return [
            ("name", *_FROM[self.kind]),
            ("space", "folder"),
            _WHEN[self.kind],
            _TAKES,
            manners,
        ]

    @property
    def groups(self) -> list[Group]:
        titles = (
            gettext("Where it comes from"),
            gettext("Where it goes"),
            gettext("When it is looked at"),
            gettext("What is taken, and whose it is"),
            gettext("How it is asked"),
        )
        pairs = [(title, names) for title, names in zip(titles, self._names(), strict=True) if names]
        return [
            Group(title, [self[name] for name in names], is_folded=number > 2)
            for number, (title, names) in enumerate(pairs)
        ]

    def _offer_places(self) -> None:
        spaces = Space.objects.writable_by(self.user)
        self.fields["space"] = forms.ModelChoiceField(
            spaces,
            label=self.fields["space"].label,
            help_text=self.fields["space"].help_text,
            to_field_name="slug",
            empty_label=None,
            initial=self.source.space.slug if self.source.pk else None,
        )
        if self.source.pk:
            self.initial["space"] = self.source.space.slug
        self.has_spaces = spaces.exists()

    def _word_the_address(self) -> None:
        field = self.fields["address"]
        field.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
        if self.kind == Kind.FOLDER:
            field.label = _("Folder of this server")
            field.help_text = _("By its whole path, below one of: %(roots)s") % {
                "roots": ", ".join(map(str, settings.SOURCE_ROOTS)) or gettext("(none)")
            }
            return
        field.widget.attrs |= {"inputmode": "url"}
        if self.kind == Kind.HUB:
            self.fields["start"].help_text = _(
                "Empty for everybody’s servers; a user’s name for that one alone; share for the hub’s shared folder."
            )
        field.help_text = (
            _("As people open it in the browser, such as https://hub.example.org/ ")
            if self.kind == Kind.HUB
            else _("Paste what the server greets with: http://host:8888/ and all that follows is fine.")
        )
        self._word_the_secret()

    def _word_the_secret(self) -> None:
        field = self.fields["secret"]
        if self.kind == Kind.JUPYTER:
            field.label = _("Token or password")
        kept = _("One is kept, encrypted, and never shown. Leave this empty to go on with it.")
        hub = _("Of a service of the hub that has the scopes list:users, read:servers and access:servers.")
        field.help_text = kept if bytes(self.source.secret) else hub if self.kind == Kind.HUB else ""

    def _get_validation_exclusions(self) -> set[str]:
        """Whether the place is free is asked by the rules, which say whose it is; Django would speak of columns."""
        return {*super()._get_validation_exclusions(), "folder"}  # type: ignore[misc]

    def _post_clean(self) -> None:
        """Django's place for what concerns the whole row."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            rules.settle(self.source, self.user, self.cleaned_data.get("secret", ""))
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                self.add_error(name if name in self.fields else None, texts)

    def save(self, commit: bool = True) -> Source:  # noqa: FBT001, FBT002  Django's signature
        """Raises keeping.PlaceTaken where another was faster."""
        if self.source.pk is None:
            self.source.by = self.user
            self.source.is_paused = True  # until somebody has looked at its test and starts it
        if commit:
            keeping.keep(self.source)
        return self.source


def _choice(field: forms.Field, choices: Sequence[Any], **kwargs: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        choices=choices, label=field.label, help_text=field.help_text, initial=field.initial, **kwargs
    )


def _rhythms(now: int) -> list[tuple[int, Any]]:
    """Those that are offered, and the one that was set by other means."""
    own = gettext("every %(count)d minutes") % {"count": now}
    return [*_RHYTHMS, *([] if now in dict(_RHYTHMS) else [(now, own)])]


def _zones(now: str) -> Iterator[tuple[Any, Any]]:
    """Every zone, by area; before them the one that is set, which may go by an old name."""
    yield "UTC", "UTC"
    if "/" not in now and now != "UTC":
        yield now, now
    zones = sorted(
        zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/")
    )
    for area, group in groupby(zones, key=lambda zone: zone.partition("/")[0]):
        yield area, [(zone, zone.partition("/")[2].replace("_", " ")) for zone in group]
