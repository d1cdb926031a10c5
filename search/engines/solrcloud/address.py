"""Where an index in Solr is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

# What Solr lets a collection be called.
_NAME = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Address:
    """Of an index: http://user:password@solr.example.org:8983/solr/opsnotes"""

    server: str  # http://solr.example.org:8983/solr
    alias: str
    user: str = ""
    password: str = ""

    @classmethod
    def of(cls, url: str) -> Address:
        """Raises ValueError with a sentence that says what to write."""
        parts = urlsplit(url)
        server, _, alias = parts.path.rstrip("/").rpartition("/")
        is_whole = parts.scheme in {"http", "https"} and parts.hostname and server and _NAME.fullmatch(alias)
        if not is_whole or parts.hostname is None:
            raise ValueError(
                "It is no address of an index in Solr. Write for example http://127.0.0.1:8983/solr/opsnotes:"
                " the last part is the name that the index is to have, of letters, digits, -, _ and full stops."
            )
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        port = f":{parts.port}" if parts.port else ""
        return cls(
            f"{parts.scheme}://{host}{port}{server}",
            alias,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )

    def __str__(self) -> str:
        """Without the password."""
        return f"{self.server}/{self.alias}"

    @property
    def auth(self) -> tuple[str, str] | None:
        return (self.user, self.password) if self.user else None

    def called(self, alias: str) -> Address:
        return replace(self, alias=alias)
