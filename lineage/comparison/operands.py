"""What is compared: a notebook as it is, or one of its revisions, and how somebody may name it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from django.db.models import Q

from notebooks import paths
from notebooks.models import Notebook, Revision
from notebooks.models.space import Viewer

_NUMBERED = re.compile(r"(?P<pk>[0-9]{1,18})(?:@(?P<number>[0-9]{1,9}))?")
_ADDRESS = re.compile(r"(?:^|/)n/(?P<pk>[0-9]{1,18})(?:/v/(?P<number>[0-9]{1,9}))?(?:/|$)")
_BROWSED = re.compile(r"^(?:https?://[^/]*)?/browse/")


class NotThere(Exception):
    """No notebook of this name, or none that the person may see."""


@dataclass(frozen=True, slots=True)
class Operand:
    notebook: Notebook
    revision: Revision

    @property
    def is_current(self) -> bool:
        return self.revision.pk == self.notebook.revision_id

    @property
    def name(self) -> str:
        """As interface.md writes it: the id, and the revision where it is an old one."""
        return str(self.notebook.pk) if self.is_current else f"{self.notebook.pk}@{self.revision.number}"

    @property
    def query(self) -> str:
        """What names the revision in addresses of the notebook's parts."""
        return "" if self.is_current else f"?revision={self.revision.number}"

    def get_absolute_url(self) -> str:
        owner = self.notebook if self.is_current else self.revision
        return owner.get_absolute_url()


def is_numbered(text: str) -> bool:
    """Whether `text` names it by its id, so that there is nothing to be looked for."""
    return _NUMBERED.fullmatch(text) is not None


def operand(text: str, user: Viewer) -> Operand:
    """What `text` names: "12", "12@3", an address of this site, or a space and a path in it. Raises NotThere."""
    text = paths.storable(text.strip())
    match = _NUMBERED.fullmatch(text) or _ADDRESS.search(text.partition("?")[0])
    if match is None:
        return _of(_at_path(text, user), None)
    pk, number = int(match["pk"]), match["number"]
    return _of(_first(user, Q(pk=pk) | Q(signposts__pk=pk)), int(number) if number else None)


def revision_of(notebook: Notebook, number: int) -> Operand:
    return _of(notebook, number)


def _first(user: Viewer, which: Q) -> Notebook:
    notebooks = Notebook.objects.visible_to(user).without_signposts().with_place()
    found = notebooks.select_related("revision__by").filter(which).distinct().first()
    if found is None:
        raise NotThere
    return found


def _at_path(text: str, user: Viewer) -> Notebook:
    place = unquote(_BROWSED.sub("", text)).strip("/")
    space, _, path = place.partition("/")
    return _first(user, Q(space__slug=space, path=path, deleted_at=None))


def _of(notebook: Notebook, number: int | None) -> Operand:
    current = notebook.revision
    if current is not None and number in (None, current.number):
        return Operand(notebook, current)
    if number is None:
        raise NotThere
    found = notebook.revisions.select_related("by").filter(number=number).first()
    if found is None:
        raise NotThere
    found.notebook = notebook
    return Operand(notebook, found)
