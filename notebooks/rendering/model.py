"""What rendering hands on: a cell's safe HTML and what it needs beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class SafeHtml(str):
    """HTML that rendering made safe; templates show it as it is. Nothing outside rendering makes one."""

    __slots__ = ()

    def __html__(self) -> SafeHtml:
        return self


@dataclass(frozen=True, slots=True)
class Heading:
    level: int  # 1 to 6, as written
    text: str  # plain
    anchor: str  # the element's id once placed is "cell-<index>-<anchor>"


@dataclass(frozen=True, slots=True)
class RenderedAsset:
    """Bytes that the HTML points at by their sha256 through a marker."""

    sha256: str
    media_type: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    html: str  # safe, with markers for what depends on the place
    assets: tuple[RenderedAsset, ...] = ()
    links: tuple[
        str, ...
    ] = ()  # relative addresses, percent-encoded, without query; some with "#" and an anchor
    headings: tuple[Heading, ...] = ()
    references: tuple[str, ...] = ()  # words that name something, as written; only where they were asked for


@dataclass(frozen=True, slots=True)
class Referent:
    """What a word of a text turned out to name."""

    text: str  # to show for it
    url: str  # '' where it is shown without a link
    rest: str = ""  # the end of the word that belongs to it no more


def _unknown(_word: str) -> Referent | None:
    return None


def _nowhere(_address: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fragment is shown: what its markers become."""

    index: int
    asset_url: Callable[[str], str]  # sha256 -> address of the asset
    more_url: Callable[[str], str]  # sha256 -> address of a folded output's whole HTML; its text below "?raw"
    frame_url: Callable[[str], str]  # sha256 -> address of the sandboxed document; "" where none can be had
    link_url: Callable[[str], str | None]  # one of `links` -> address here, or None where nothing is there
    image_url: Callable[[str], str | None] = _nowhere  # the same for an image, where that differs
    anchor_url: Callable[[str], str | None] = _nowhere  # "#anchor" as written -> where it is on this page
    whole: Callable[[str], str | None] = (
        _nowhere  # sha256 -> a folded output's whole HTML, where it goes in at once
    )
    outputs_url: str = ""  # where the outputs are asked for, if they are not shown at once
    reference: Callable[[str], Referent | None] = _unknown  # one of `references` -> what it names
    has_source: bool = True  # a report shows prose and outputs alone
