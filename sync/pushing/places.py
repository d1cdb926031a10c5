"""Where on a server something lies or is to lie, and at which address people open it there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from django.db.models import QuerySet

from notebooks.models import Notebook
from notebooks.models.space import Viewer
from notebooks.paths import joined
from sync.jupyter.connecting import session_of, token_of, wire_to
from sync.jupyter.contents import Contents
from sync.jupyter.hub import Hub
from sync.models import Source, SourceFile
from sync.trouble import Problem, Trouble

_WEB = (Source.Kind.JUPYTER, Source.Kind.HUB)
LAB, CLASSIC = "lab/tree", "notebooks"  # a file's page in JupyterLab, and in Notebook


@dataclass(frozen=True, slots=True)
class Place:
    """A file there, or one that may come to be there."""

    source: Source
    path: str  # below the source's start

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def there(self) -> str:
        """Below the address. Of a hub, it begins with a user's name, or is what all users share."""
        return joined(self.source.start, self.path)

    def beside(self, name: str) -> Place:
        return Place(self.source, joined(self.folder, name))


@dataclass(frozen=True, slots=True)
class Reached:
    """The server that has the place."""

    contents: Contents
    path: str  # there
    address: str  # of the server for people: of what all share, that of whoever opens it

    def page(self) -> str:
        """Where people open the file, by the front end that the server has."""
        front = LAB if self.contents.has_page("lab") else CLASSIC
        return f"{self.address}{front}/{quote(self.path)}"


def servers_for(user: Viewer) -> QuerySet[Source]:
    """Those that somebody may write to: it is done with the source's own token, so by who may change the source."""
    return Source.objects.manageable_by(user).at_work().filter(kind__in=_WEB).order_by("name", "pk")


def place_of(notebook: Notebook, user: Viewer) -> Place | None:
    """Where a notebook that came from a server is, and still was when it was last looked; for those who may know that
    server's address."""
    known = Source.objects.manageable_by(user).filter(kind__in=_WEB)
    files = SourceFile.objects.filter(notebook=notebook, gone_since=None, source__in=known)
    found = files.select_related("source").order_by("pk").first()
    return Place(found.source, found.path) if found else None


@contextmanager
def reached(place: Place) -> Iterator[Reached]:
    """Raises Trouble."""
    source = place.source
    if source.kind == Source.Kind.JUPYTER:
        contents = Contents(session_of(source, is_waited_for=True))
        try:
            yield Reached(contents, place.there, source.address)
        finally:
            contents.close()
        return
    hub = Hub(wire_to(source, is_waited_for=True), token_of(source))
    try:
        yield _reached_by_hub(hub, place)
    finally:
        hub.close()


def _reached_by_hub(hub: Hub, place: Place) -> Reached:
    users = {user.name: user for user in hub.users()}
    address = place.source.address
    first, _, inside = place.there.partition("/")
    if first in users and inside:
        return Reached(
            hub.contents_of(users[first]), inside, f"{address}{quote(users[first].below, safe='/@~')}"
        )
    running = next((user for user in users.values() if user.is_running), None)
    if not place.source.start:
        raise Trouble(Problem.NOT_THERE, first)
    if running is None:
        raise Trouble(Problem.NOBODY)
    return Reached(hub.contents_of(running), place.there, f"{address}hub/user-redirect/")
