"""The one note that a request is about, as far as this person may see it; else 404."""

from django.http import Http404

from notebooks.models.space import Viewer
from stickies.models import Note


def visible_note(user: Viewer, pk: int) -> Note:
    """A thread or a reply, deleted ones too: their page says so."""
    found = Note.objects.visible_to(user).select_related(
        "space", "notebook", "parent", "resolved_by", "deleted_by"
    )
    note = found.filter(pk=pk).first()
    if note is None:
        raise Http404
    return note
