"""A note's beginning made small, to be carried through the login page in an address. Pure."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

LONGEST = 64 * 1024  # bytes; more than a few thousand characters come from nobody's notebook


def packed(text: str) -> str:
    """Letters that need no escapes: three bytes of Japanese would else become fifteen in an address in an address."""
    return urlsafe_b64encode(zlib.compress(text.encode(errors="replace")[:LONGEST], 9)).decode().rstrip("=")


def unpacked(text: str) -> str:
    """'' for what was not packed by us."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return zlib.decompressobj().decompress(raw, LONGEST).decode(errors="replace")
    except (ValueError, zlib.error):
        return ""
