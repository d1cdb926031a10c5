"""Reads the notebooks of a JupyterHub's users as a source, each through the user's own server while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from django.conf import settings

from sync.jupyter.connecting import token_of, wire_to
from sync.jupyter.contents import Contents
from sync.jupyter.hub import Hub, User
from sync.jupyter.probing import Found, first_steps, found, on_logs
from sync.jupyter.walking import Walk
from sync.listing import Entry, Listing
from sync.models import Source
from sync.patterns import Patterns
from sync.steps import Step, What
from sync.trouble import Problem, Trouble

# Of one user's server, or of what the token may do there; the others' may fare better.
_OF_ONE_USER = {
    Problem.NOT_RUNNING,
    Problem.BUSY,
    Problem.WRONG_TOKEN,
    Problem.NOT_JUPYTER,
    Problem.MOVED,
    Problem.NOT_THERE,
    Problem.NOT_A_FOLDER,
    Problem.FORBIDDEN,
    Problem.TIMED_OUT,
    Problem.BROKEN_OFF,
    Problem.SERVER_ERROR,
    Problem.ODD_ANSWER,
}


class HubReader:
    """Source.start: "" for everybody, a folder of one user by that user's name, or else what all users' servers show
    alike, such as "share": it is read once, through whichever of them runs."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._hub = Hub(wire_to(source), token_of(source))
        self._patterns = Patterns.of(source)
        self._ended: set[str] = set()  # whose server ended while it was read

    def folders(self) -> Iterator[Listing]:
        if self._source.start:
            yield from self._walk_to(self._source.start).listings()
            return
        yield Listing("")
        users = [user for user in self._users.values() if self._patterns.enters(user.name)]
        # Each has a server of its own, so these do not wait for each other.
        with ThreadPoolExecutor(self._source.most_requests) as pool:
            try:
                for listings in pool.map(self._folders_of, users):
                    yield from listings
            finally:
                pool.shutdown(cancel_futures=True)

    def read(self, entry: Entry) -> bytes:
        if self._source.start:
            return _read(self._walk_to(self._source.start), entry)
        user = self._user(entry.path.partition("/")[0])
        if user.name in self._ended:
            raise _of(user, Trouble(Problem.NOT_RUNNING))
        try:
            return _read(self._walk_of(user), entry)
        except Trouble as trouble:
            if trouble.is_whole and trouble.code in _OF_ONE_USER:
                self._ended.add(user.name)
                raise _of(user, Trouble(Problem.NOT_RUNNING)) from trouble
            raise

    def probe(self) -> Iterator[Step]:
        if not (yield from first_steps(self._hub.version, self._sign_in)):
            return
        if not self._source.start and not self._running:
            yield Step.note(What.FOLDER, Trouble(Problem.NOBODY))
            return
        try:
            walk = (
                self._walk_to(self._source.start) if self._source.start else self._walk_of(self._running[0])
            )
            walk.contents.folder(walk.start)
        except Trouble as trouble:
            yield Step.failed(What.FOLDER, _about_scopes(trouble))
            return
        yield Step.ok(What.FOLDER)
        counted: Found = found(self.folders())
        yield counted.notebooks
        if self._source.takes_logs:
            yield on_logs(counted, walk.contents)

    def close(self) -> None:
        self._hub.close()

    # ----- who there is

    @cached_property
    def _users(self) -> dict[str, User]:
        """As it is when first asked for; who comes later is read by the next run."""
        return {user.name: user for user in self._hub.users() if "/" not in user.name}

    @property
    def _running(self) -> list[User]:
        return [user for user in self._users.values() if user.is_running]

    def _sign_in(self) -> None:
        self._hub.check_scopes()
        _ = self._users

    def _user(self, name: str) -> User:
        if name not in self._users:
            raise Trouble(Problem.NOT_THERE, name)
        return self._users[name]

    # ----- their folders

    def _folders_of(self, user: User) -> list[Listing]:
        """A server that ends in the middle leaves its user's other folders for later, and nobody else's."""
        found: list[Listing] = []
        try:
            found.extend(self._walk_of(user).listings())
        except Trouble as trouble:
            if trouble.code not in _OF_ONE_USER:
                raise
            found.append(Listing(user.name, trouble=_of(user, _about_scopes(trouble))))
        return found

    def _walk_of(self, user: User) -> Walk:
        return Walk(self._hub.contents_of(user), self._patterns, prefix=user.name)

    def _walk_to(self, start: str) -> Walk:
        """To a folder of one user, or to what all show alike."""
        first, _, inside = start.partition("/")
        if first in self._users:
            return Walk(self._hub.contents_of(self._users[first]), self._patterns, start=inside)
        return Walk(self._shared, self._patterns, start=start)

    @cached_property
    def _shared(self) -> Contents:
        """Of the first server that has the folder."""
        if not self._running:
            raise Trouble(Problem.NOBODY)
        for user in self._running:
            contents = self._hub.contents_of(user)
            try:
                if contents.entry(self._source.start):
                    return contents
            except Trouble as trouble:
                if trouble.code not in _OF_ONE_USER:
                    raise
        raise Trouble(Problem.NOT_THERE, self._source.start)


def _read(walk: Walk, entry: Entry) -> bytes:
    return walk.contents.read(walk.there(entry.path), settings.MAX_NOTEBOOK_BYTES)


def _of(user: User, trouble: Trouble) -> Trouble:
    """No matter of the hub."""
    told = Trouble(trouble.code, f"{user.name}: {trouble.detail}" if trouble.detail else user.name)
    told.is_whole = False
    return told


def _about_scopes(trouble: Trouble) -> Trouble:
    """The hub knows the token, so a user's server that does not is not allowed to take it."""
    is_refused = trouble.code in {Problem.WRONG_TOKEN, Problem.FORBIDDEN}
    return Trouble(Problem.LACKS_SCOPE, "access:servers") if is_refused else trouble
