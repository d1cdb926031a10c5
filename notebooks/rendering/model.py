"""What rendering hands on: a cell's safe HTML and what it needs beside it."""

from collections.abc import Callable
from dataclasses import dataclass


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
    links: tuple[str, ...] = ()  # relative addresses as written, without query and fragment, unquoted
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fragment is shown: what its markers become."""

    index: int
    asset_url: Callable[[str], str]  # sha256 -> address of the asset
    more_url: Callable[[str], str]  # sha256 -> address of a folded output's whole HTML
    frame_url: Callable[[str], str]  # sha256 -> address of the sandboxed document
    link_url: Callable[[str], str | None]  # path as written -> address here, or None where nothing is there
