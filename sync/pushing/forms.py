from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notebooks import paths
from notebooks.models.notebook import PATH_LENGTH
from notebooks.models.space import Viewer
from notebooks.refusals import explain
from sync.models import Source
from sync.pushing.places import Place, servers_for


class PushForm(forms.Form):
    """Where to, and under which name."""

    to = forms.ModelChoiceField(Source.objects.none(), label=_("Server"), empty_label=None)
    folder = forms.CharField(
        label=_("Folder there"),
        required=False,
        max_length=PATH_LENGTH,
        help_text=_(
            "It is made where it is not there. On a hub it begins with a user’s name, such as kato/work."
        ),
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("File name"),
        max_length=255,
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, user: Viewer, known: Place | None = None, **kwargs: Any) -> None:
        """`known`: where it came from."""
        super().__init__(*args, **kwargs)
        self._known = known
        self.fields["to"].queryset = servers_for(user)  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if "/" in name or name.startswith("."):
            raise forms.ValidationError(_("A file name has no slash and does not begin with a dot."))
        return name if name.endswith(".ipynb") else f"{name}.ipynb"

    def clean(self) -> dict[str, Any]:
        """Spelt as we store it, so that it is found again when it comes back."""
        cleaned = super().clean() or {}
        if {"folder", "name"} <= cleaned.keys():
            try:
                self.path = paths.clean(paths.joined(cleaned["folder"].strip("/ "), cleaned["name"]))
            except paths.UnsafePath as error:
                self.add_error("folder", explain(error.code, ""))
            else:
                if any(name.startswith(".") for name in self.path.split("/")):
                    self.add_error("folder", _("Hidden folders are not written to."))
        return cleaned

    @property
    def place(self) -> Place:
        """One that is known as it is spelt there, which may be otherwise than it is stored."""
        place, known = Place(self.cleaned_data["to"], self.path), self._known
        is_known = known and known.source == place.source and _is_same(known.path, self.path)
        return known if known and is_known else place


def _is_same(spelt: str, cleaned: str) -> bool:
    try:
        return paths.clean(spelt) == cleaned
    except paths.UnsafePath:
        return False
