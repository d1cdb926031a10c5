from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lineage.composition.chosen import Options
from lineage.composition.composing import LONGEST_NAME


class OptionsForm(forms.Form):
    """How the new notebook is to be."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("Of the runbook and of its file."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    has_title = forms.BooleanField(label=_("Begin with the name as a heading"), required=False)
    keeps_outputs = forms.BooleanField(
        label=_("Keep outputs"),
        required=False,
        help_text=_("Else it is as if nobody had run it yet."),
    )
    is_new_root = forms.BooleanField(
        label=_("As a new root"),
        required=False,
        help_text=_("Its cells begin families of their own. Else they stay copies of what they come from."),
    )

    def options(self) -> Options:
        """What was filled in rightly; the rest as it is without a choice."""
        return Options(**getattr(self, "cleaned_data", {}))


def options_of(kept: dict[str, Any]) -> Options:
    """From what was kept of a form sent earlier, whatever has become of it."""
    form = OptionsForm(kept)
    return form.options() if form.is_valid() else Options()
