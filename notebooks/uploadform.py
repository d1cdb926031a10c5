"""The upload page's form, as a browser without JavaScript sends it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from notebooks import batches
from notebooks.models import Batch, Space
from notebooks.paths import LONGEST, UnsafePath, clean_folder
from notebooks.receiving import incoming
from notebooks.refusals import explain


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name)


class FilesField(forms.FileField):
    """Any number of files, empty ones too: what is wrong with a file is said on the batch's page."""

    widget = _ManyFiles

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        if not data:
            return [super().clean(None, initial)]
        return [super(FilesField, self).clean(file, initial) for file in data]


class UploadForm(forms.Form):
    space = forms.ModelChoiceField(
        Space.objects.none(), label=_("Space"), to_field_name="slug", empty_label=None
    )
    folder = forms.CharField(
        label=_("Folder"),
        required=False,
        max_length=LONGEST,
        help_text=_("Where in the space; empty for its top. A folder that is not there is made."),
        widget=forms.TextInput(
            attrs={"placeholder": "team/kato", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    files = FilesField(  # type: ignore[assignment]  # form.files is what was sent, form["files"] the field
        label=_("Files"),
        help_text=_("Notebooks, zips, README.md, README.svg and images. Several at once are fine."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        spaces = Space.objects.writable_by(user)
        self.fields["space"].queryset = spaces  # type: ignore[attr-defined]
        self.has_spaces = spaces.exists()

    def clean_folder(self) -> str:
        try:
            return clean_folder(self.cleaned_data["folder"])
        except UnsafePath as error:
            raise forms.ValidationError(explain(error.code, "")) from error

    def save(self) -> Batch:
        data = self.cleaned_data
        batch = batches.open_batch(data["space"], self.user, Batch.Kind.UPLOAD, folder=data["folder"])
        batches.receive(batch, [incoming(file, file.name or "") for file in data["files"]], is_last=True)
        return batch
