"""Who asks: with a token, or signed in by the server's password. Raises Trouble; neither is ever told to anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from threading import Lock
from urllib.parse import urlencode

from sync.jupyter.wire import Reply, Wire
from sync.trouble import Problem, Trouble

MOST_OF_A_PAGE = 1024 * 1024
_REFUSED = {401, 403}


@dataclass(frozen=True, slots=True)
class Token:
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Password:
    text: str = field(repr=False)


Credentials = Token | Password | None


class Session:
    """Requests to one server by somebody whom it knows. May be asked from several threads.

    `below`: where the server is, below the wire's address. `status`: what there answers only whom it knows.
    """

    def __init__(
        self, wire: Wire, credentials: Credentials, *, below: str = "", status: str = "api/status"
    ) -> None:
        self.wire, self.below, self._status = wire, below, status
        self._credentials = credentials
        self._cookies: dict[str, str] = {}
        self._logins = 0
        self._lock = Lock()
        if isinstance(credentials, Token) and not _is_sayable(credentials.text):
            raise Trouble(Problem.BAD_SECRET)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        most: int = 0,
        seconds: float = 0.0,
    ) -> Reply:
        """What the server answers, of status 200 to 499 but for those that are about who asks."""
        logins = self._signed_in()
        reply = self._ask(method, path, query, headers, body, most, seconds)
        if reply.status in _REFUSED and isinstance(self._credentials, Password) and not self._is_known():
            # A server that was restarted may have forgotten whom it let in.
            self._sign_in_again(logins)
            reply = self._ask(method, path, query, headers, body, most, seconds)
        if 300 <= reply.status < 400:
            raise self._why_redirected(reply)
        if reply.status in _REFUSED:
            raise (
                Trouble(Problem.FORBIDDEN, self.hushed(reply.message))
                if self._is_known()
                else self._not_known()
            )
        return reply

    def open(self, path: str) -> Reply:
        """What is told to anybody; of any status."""
        return self.wire.ask("GET", self.below + path, headers={"Accept": "application/json"})

    def close(self) -> None:
        self.wire.close()

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        most: int,
        seconds: float,
    ) -> Reply:
        ours = {"Accept": "application/json", **self._who(method), **(headers or {})}
        return self.wire.ask(
            method, self.below + path, query=query, headers=ours, body=body, most=most, seconds=seconds
        )

    def _who(self, method: str) -> dict[str, str]:
        if isinstance(self._credentials, Token):
            return {"Authorization": f"token {self._credentials.text}"}
        if not self._cookies:
            return {}
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        return cookies if method == "GET" else cookies | {"X-XSRFToken": self._cookies.get("_xsrf", "")}

    # ----- signing in by password

    def _signed_in(self) -> int:
        """How often we signed in so far."""
        if not isinstance(self._credentials, Password):
            return 0
        with self._lock:
            if not self._logins:
                self._sign_in(self._credentials)
            return self._logins

    def _sign_in_again(self, logins: int) -> None:
        with self._lock:
            if self._logins == logins and isinstance(self._credentials, Password):
                self._sign_in(self._credentials)

    def _sign_in(self, password: Password) -> None:
        """By the form that a browser would send: it wants the cookie that came with it back, twice."""
        form = self.wire.ask("GET", f"{self.below}login", most=MOST_OF_A_PAGE)
        if form.status >= 400:
            raise Trouble(Problem.NO_PASSWORD_LOGIN)
        self._cookies = _cookies(form)
        fields = {"password": password.text, "_xsrf": self._cookies.get("_xsrf", "")}
        headers = {**self._who("POST"), "Content-Type": "application/x-www-form-urlencoded"}
        reply = self.wire.ask(
            "POST",
            f"{self.below}login",
            headers=headers,
            body=urlencode(fields).encode(),
            most=MOST_OF_A_PAGE,
        )
        if reply.status == 405:
            raise Trouble(Problem.NO_PASSWORD_LOGIN)
        if not 300 <= reply.status < 400:
            raise Trouble(Problem.WRONG_PASSWORD)
        self._cookies |= _cookies(reply)
        self._logins += 1

    # ----- what became of it

    def _why_redirected(self, reply: Reply) -> Trouble:
        where = reply.headers.get("Location", "").partition("?")[0]
        if "/hub/user/" in where or "/hub/spawn" in where:
            return Trouble(Problem.NOT_RUNNING)
        if where.endswith(("/login", "/oauth2/authorize", "/oauth_login")):
            return self._not_known()
        return Trouble(Problem.MOVED, where)

    def _is_known(self) -> bool:
        """403 is said to strangers and to who may not read one folder alike: another question tells them apart."""
        return self._ask("GET", self._status, {"no_track_activity": "1"}, None, None, 0, 0.0).status == 200

    def _not_known(self) -> Trouble:
        match self._credentials:
            case Token():
                return Trouble(Problem.WRONG_TOKEN)
            case Password():
                return Trouble(Problem.WRONG_PASSWORD)
        return Trouble(Problem.NO_LOGIN)

    def hushed(self, said: str) -> str:
        """What a server said, without what it may repeat of us."""
        secret = self._credentials.text if self._credentials else ""
        return said.replace(secret, "…") if secret else said


def _is_sayable(token: str) -> bool:
    return bool(token) and token.isascii() and token.isprintable() and " " not in token


def _cookies(reply: Reply) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in reply.cookies:
        jar: SimpleCookie = SimpleCookie()
        try:
            jar.load(line)
        except CookieError:
            continue
        found |= {name: morsel.coded_value for name, morsel in jar.items() if morsel.coded_value}
    return found
