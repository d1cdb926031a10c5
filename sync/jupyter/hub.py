"""The users of a JupyterHub and their servers, by a service's token. Raises Trouble."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from sync.jupyter.contents import Contents
from sync.jupyter.entries import version_of
from sync.jupyter.session import Session, Token
from sync.jupyter.wire import Wire
from sync.trouble import Problem, Trouble

# What the service has to be allowed: to see who there is, who works just now, and to read their files.
SCOPES = ("list:users", "read:servers", "access:servers")
_PORTION = 200
_MOST_USERS = 20_000
_PAGED = {"Accept": "application/jupyterhub-pagination+json"}


@dataclass(frozen=True, slots=True)
class User:
    name: str
    below: str  # where the user's server is, below the hub's address; '' where none runs

    @property
    def is_running(self) -> bool:
        return bool(self.below)


class Hub:
    def __init__(self, wire: Wire, token: Token) -> None:
        self._wire, self._token = wire, token
        self._session = Session(wire, token, status="hub/api/user")

    def version(self) -> str:
        """Raises Trouble where it is no hub."""
        version = version_of(self._session.open("hub/api"))
        if not version:
            raise Trouble(Problem.NOT_HUB)
        return version

    def check_scopes(self) -> None:
        """Raises Trouble for what the token may not do. Hubs before 2.0 do not tell."""
        told = self._asked("hub/api/user").get("scopes")
        if isinstance(told, list):
            held = {
                str(scope).partition("!")[0] for scope in told
            }  # "list:users!group=ops" is for some of them
            if missing := [scope for scope in SCOPES if scope not in held]:
                raise Trouble(Problem.LACKS_SCOPE, ", ".join(missing))

    def users(self) -> Iterator[User]:
        """All of them, those too whose server does not run, a portion at a time."""
        offset = 0
        while offset < _MOST_USERS:
            said = self._asked("hub/api/users", {"offset": str(offset), "limit": str(_PORTION)})
            listed = said.get("items")
            if not isinstance(listed, list):
                raise Trouble(Problem.ODD_ANSWER)
            yield from self._users_of(listed)
            following = _next_of(said)
            if following is None or following <= offset:
                return
            offset = following

    def contents_of(self, user: User) -> Contents:
        """Over the hub's proxy. All share the wire, and with it the limit of requests at a time."""
        if not user.is_running:
            raise Trouble(Problem.NOT_RUNNING, user.name)
        return Contents(Session(self._wire, self._token, below=user.below))

    def close(self) -> None:
        self._wire.close()

    def _users_of(self, listed: list[Any]) -> Iterator[User]:
        for each in listed:
            name = each.get("name") if isinstance(each, dict) else None
            if isinstance(name, str) and name and each.get("kind", "user") == "user":
                if "servers" not in each:
                    raise Trouble(Problem.LACKS_SCOPE, "read:servers")
                yield User(name, self._below(each["servers"]))

    def _below(self, servers: Any) -> str:
        """Of the user's own server, else of the first by name: they have one home."""
        running = servers if isinstance(servers, dict) else {}
        for _name, server in sorted(running.items()):
            if isinstance(server, dict) and server.get("ready") and isinstance(server.get("url"), str):
                path, base = unquote(server["url"]), unquote(urlsplit(self._wire.address).path)
                # "/" + what the hub calls its base; another host is never followed.
                if path.startswith(base) and path.endswith("/") and ".." not in path.split("/"):
                    return path[len(base) :]
        return ""

    def _asked(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            reply = self._session.ask("GET", path, query=query, headers=_PAGED)
        except Trouble as trouble:
            if trouble.code == Problem.FORBIDDEN:
                raise Trouble(Problem.LACKS_SCOPE, _scopes_in(trouble.detail)) from trouble
            raise
        said = reply.json() if reply.status == 200 else None
        if isinstance(said, list):  # a hub from before there were portions sends all
            return {"items": said}
        if not isinstance(said, dict):
            raise Trouble(Problem.NOT_HUB)
        return said


def _next_of(said: Mapping[str, Any]) -> int | None:
    pagination = said.get("_pagination")
    following = pagination.get("next") if isinstance(pagination, dict) else None
    offset = following.get("offset") if isinstance(following, dict) else None
    return offset if isinstance(offset, int) else None


def _scopes_in(message: str) -> str:
    """The hub says "requires any of [list:users]"."""
    found = re.search(r"\[([^\]]+)\]", message)
    return found[1] if found else message
