import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notebooks import moving, paths
from notebooks.models import Notebook, Space
from notebooks.refusals import explain
from notebooks.spaces import Members, free_slug, is_free, save_space

_SEPARATORS = re.compile(r"[\s,;、，]+")


class PeopleField(forms.CharField):
    """Accounts by user name, separated by commas, blanks or lines."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "none"})

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else ", ".join(map(str, value))

    def clean(self, value: Any) -> list[User]:
        names = dict.fromkeys(name for name in _SEPARATORS.split(super().clean(value)) if name)
        known = {person.get_username(): person for person in _accounts(names)}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise forms.ValidationError(
                _("Nobody here is called %(names)s. Ask them for their exact user name."),
                params={"names": ", ".join(f"“{name}”" for name in unknown)},
            )
        return [known[name] for name in names]


def _accounts(names: Iterable[str]) -> QuerySet[User]:
    return User.objects.filter(username__in=list(names))


class SpaceForm(forms.ModelForm):  # type: ignore[type-arg]  # Django has it for the checker only
    readers = PeopleField(
        label=_("Readers"), required=False, help_text=_("User names, separated by commas. They may read.")
    )
    writers = PeopleField(
        label=_("Writers"),
        required=False,
        help_text=_("User names. They may read, add, change and delete, and decide who is in here."),
    )
    reader_groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=_("Groups that read"), required=False, widget=forms.CheckboxSelectMultiple
    )
    writer_groups = forms.ModelMultipleChoiceField(
        Group.objects.none(),
        label=_("Groups that write"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Space
        fields = ("name", "readers_may_note", "is_public")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.space: Space = self.instance
        before = self._members_before()
        self.initial["readers"], self.initial["writers"] = before.readers, before.writers
        self._offer_groups("reader_groups", before.reader_groups)
        self._offer_groups("writer_groups", before.writer_groups)

    def _members_before(self) -> Members:
        space = self.space
        if space.pk is None:
            return Members(writers=[self.user])
        return Members(
            space.readers.all(), space.writers.all(), space.reader_groups.all(), space.writer_groups.all()
        )

    def _offer_groups(self, name: str, chosen: Any) -> None:
        """One's own groups and those that are in already: the others are nobody's business here."""
        groups = Group.objects.filter(Q(user=self.user.pk) | Q(pk__in=[group.pk for group in chosen]))
        if not groups.exists():
            del self.fields[name]
            return
        self.initial[name] = chosen
        self.fields[name].queryset = groups.distinct()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "writers" in data and not self._members(data).has_writer:
            self.add_error("writers", _("Somebody must be able to write: name at least one writer."))
        return data

    def _members(self, data: dict[str, Any]) -> Members:
        return Members(
            data.get("readers", ()),
            data["writers"],
            data.get("reader_groups", ()),
            data.get("writer_groups", ()),
        )

    def save(self, commit: bool = True) -> Space:  # noqa: FBT001, FBT002  Django's signature
        if commit:
            save_space(self.space, self._members(self.cleaned_data))
        return self.space


class NewSpaceForm(SpaceForm):
    slug = forms.SlugField(
        label=_("Address"),
        max_length=60,
        required=False,
        help_text=_("Letters a–z, digits, - and _. It never changes. Left empty, it is made from the name."),
    )
    field_order = ("name", "slug", "writers", "readers")

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if slug and not is_free(slug):
            raise forms.ValidationError(_("This address is taken. Choose another, or leave it empty."))
        return slug

    def save(self, commit: bool = True) -> Space:  # noqa: FBT001, FBT002  Django's signature
        self.space.slug = self.cleaned_data["slug"] or free_slug(self.space.name)
        return super().save(commit)


class MoveForm(forms.Form):
    space = forms.ModelChoiceField(
        Space.objects.none(), label=_("Space"), empty_label=None, to_field_name="slug"
    )
    path = forms.CharField(
        label=_("Path"),
        max_length=paths.LONGEST,
        help_text=_("Folders and file name. With / at the end it is a folder, and the file keeps its name."),
    )

    def __init__(self, data: Any = None, *, notebook: Notebook, user: User) -> None:
        super().__init__(data, initial={"space": notebook.space.slug, "path": notebook.path})
        self.notebook = notebook
        self.fields["space"].queryset = Space.objects.writable_by(user)  # type: ignore[attr-defined]

    def clean_path(self) -> str:
        try:
            return moving.destination(self.notebook.name, self.cleaned_data["path"])
        except paths.UnsafePath as error:
            raise forms.ValidationError(why_not(error)) from error

    def move(self, by: User) -> bool:
        """Whether it could be moved; the form says why not."""
        try:
            moving.move(self.notebook, self.cleaned_data["space"], self.cleaned_data["path"], by)
        except moving.PlaceTaken:
            self.add_error("path", taken_text())
        except moving.Held as error:
            self.add_error("path", held_text(error))
        except moving.NotThere:
            self.add_error(None, _("Somebody deleted this runbook meanwhile. Restore it first."))
        return not self.errors


def why_not(error: paths.UnsafePath) -> str:
    if error.code == "skipped":
        return gettext(
            "Nothing is kept in dot folders, checkpoints and temporary folders. Choose another place."
        )
    return explain(error.code, "")


def held_text(error: moving.Held) -> str:
    return gettext(
        "The source “%(name)s” fills this folder, and nothing else goes there. Choose another."
    ) % {"name": error}


def taken_text() -> str:
    return gettext("Another runbook stands at this path. Choose another, or move or delete that one first.")
