"""What people say of a notebook: that it is a template, a run of another, or neither."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lineage import signals
from lineage.comparison.operands import NotThere, operand
from lineage.models import Pin
from notebooks.models import Notebook
from notebooks.models.space import Viewer

FOUND = "found"


def say(notebook: Notebook, says: str, template: Notebook | None, by: User) -> None:
    """Says it, or with FOUND takes back what was said. What follows from it is derived soon after."""
    with transaction.atomic():
        if says == FOUND:
            Pin.objects.filter(notebook=notebook).delete()
        else:
            Pin.objects.update_or_create(
                notebook=notebook, defaults={"says": says, "template": template, "by": by}
            )
        signals.note_due(Pin, notebook=notebook)


class PinForm(forms.Form):
    says = forms.ChoiceField(
        label=_("This notebook is"),
        widget=forms.RadioSelect,
        choices=[
            (FOUND, _("what its cells and its place tell")),
            (Pin.Says.RUN, _("a run of")),
            (Pin.Says.TEMPLATE, _("a template")),
            (Pin.Says.ALONE, _("neither template nor run")),
        ],
    )
    template = forms.CharField(
        label=_("The template, if it is a run"),
        max_length=2000,
        required=False,
        help_text=_("The address of its page, its number, or space/path/name.ipynb."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(
        self, data: Any = None, *, notebook: Notebook, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.notebook = notebook

    def says_for(self, user: User) -> bool:
        """Whether it could be said; the form says why not."""
        if not self.is_valid():
            return False
        says, named = self.cleaned_data["says"], self.cleaned_data["template"]
        template = self._template(named, user) if says == Pin.Says.RUN else None
        if self.errors:
            return False
        say(self.notebook, says, template, user)
        return True

    def _template(self, named: str, user: User) -> Notebook | None:
        try:
            found = operand(named, user).notebook
        except NotThere:
            self.add_error("template", _("There is no runbook of this name that you may read."))
            return None
        if reason := why_not(self.notebook, found):
            self.add_error("template", reason)
        return found


def why_not(notebook: Notebook, template: Notebook) -> str:
    """Why `notebook` cannot be said to be a run of `template`; '' where it can."""
    if template.is_deleted:
        return gettext("That runbook is in the bin.")
    if template.pk == notebook.pk:
        return gettext("No notebook is a run of itself.")
    if Pin.objects.filter(notebook=template, says=Pin.Says.RUN).exists():
        return gettext("Somebody said that it is a run itself. Name its template.")
    return ""


def visible_pin(notebook: Notebook, user: Viewer) -> Pin | None:
    """What was said, unless it names a runbook that the person may not see, or that is gone for good."""
    pins = Pin.objects.filter(notebook=notebook).select_related("by", "template")
    named = Q(template=None) & ~Q(says=Pin.Says.RUN)
    return pins.filter(named | Q(template__in=Notebook.objects.visible_to(user))).first()
