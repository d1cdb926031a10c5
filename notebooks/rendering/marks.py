"""Markers: what stands in a fragment for what depends on the place. Pure.

A marker is START kind payload END. Neither character survives in anything a notebook says (text.py), so
none can be forged; and place() checks and escapes what it puts in, so a forged one would do no harm.
"""

import re
from urllib.parse import quote

START, END = "\x02", "\x03"

# The id of a cell's own elements begins with the cell's: two cells, or a cell and the page, never share one.
INDEX = f"{START}i{END}"
ID_PREFIX = f"{INDEX}-"

_LINK = re.compile(f"{START}l([^{START}{END}]*){END}")


def asset(sha256: str) -> str:
    return f"{START}a{sha256}{END}"


def more(sha256: str) -> str:
    return f"{START}m{sha256}{END}"


def frame(sha256: str) -> str:
    return f"{START}f{sha256}{END}"


def link(address: str) -> str:
    """The whole value of an href or src, which goes where nothing is there. `address` is a path, percent-encoded,
    and for a link "#" and the place in it, percent-encoded too."""
    return f"{START}l{address}{END}"


def links_in(html: str) -> set[str]:
    return set(_LINK.findall(html))


def anchor(name: str) -> str:
    """The whole value of an href that leads to an anchor of the same notebook."""
    return f"{START}h{quote(name)}{END}"


def reference(written: str) -> str:
    """A word that names something, as it was written: a tag, a person, an address."""
    return f"{START}r{quote(written, safe='')}{END}"


def word(key: str, number: int | None = None) -> str:
    """A word of the interface, in the reader's language: a key of words.WORDS."""
    return f"{START}w{key}{END}" if number is None else f"{START}w{key}:{number}{END}"


def source(html: str) -> str:
    """What a report leaves out."""
    return f"{START}[S{END}{html}{START}]S{END}"


def source_in(html: str) -> str:
    """A code cell's fragment without its outputs; any other whole."""
    _, found, rest = html.partition(f"{START}[S{END}")
    return rest.partition(f"{START}]S{END}")[0] if found else html


def outputs(html: str) -> str:
    """What a very long page leaves to be asked for."""
    return f"{START}[O{END}{html}{START}]O{END}"


def outputs_in(html: str) -> str:
    """The outputs of a code cell's fragment; '' where it has none."""
    _, found, rest = html.partition(f"{START}[O{END}")
    return rest.rpartition(f"{START}]O{END}")[0] if found else ""


def folded(sha256: str, html: str) -> str:
    """An output whose whole is an asset."""
    return f"{START}[F{sha256}{END}{html}{START}]F{END}"


def sandboxed(sha256: str, html: str) -> str:
    """The way to a document that runs script; left out where there is no address for it."""
    return f"{START}[R{sha256}{END}{html}{START}]R{END}"
