"""How text becomes what is searched: one way for what is indexed, what is asked and what is marked. Pure.

Text is cut into *atoms*: runs of letters and digits, and single characters of scripts written without spaces.
Everything else only separates. A compound (`--force-reinstall`, `/etc/hosts`, `node-01.example.org`,
`HDFS_NAMENODE`, a Japanese word) is several atoms side by side and is searched as a phrase of them, so it
is found whole, and so is every stretch of it that begins and ends where atoms do. What is written together
without a separator (`NameNode`, `web17`) is one atom; its *parts* are indexed beside it.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

# Scripts written without spaces: Thai and Lao, Burmese, Khmer, kana, kanji, Hangul. The katakana middle dot
# (U+30FB) separates.
_SINGLES = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3041, 0x3096),
    (0x3099, 0x309F), (0x30A1, 0x30FA), (0x30FC, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip
_singles = "".join(f"{chr(first)}-{chr(last)}" for first, last in _SINGLES)
_singles_in_rust = "".join(rf"\u{{{first:x}}}-\u{{{last:x}}}" for first, last in _SINGLES)

ATOM = re.compile(rf"[{_singles}]|[^\W_{_singles}]+")
SINGLE = re.compile(rf"[{_singles}]")
# For patterns that others build: a character of a run, and one that only separates.
PART_OF_A_WORD = rf"[^\W_{_singles}]"
NOT_AN_ATOM = rf"(?:(?![{_singles}])[\W_])"
# The same for Rust's regex crate. Both say: letters and numbers by Unicode category.
ATOM_IN_RUST = rf"[{_singles_in_rust}]|[\p{{L}}\p{{N}}&&[^{_singles_in_rust}]]+"

# A character with what it is composed with: accents, voiced sound marks (also half-width), Hangul vowels and
# finals.
_COMPOSED = "[\u0300-\u036f\u1161-\u11ff\u3099\u309a\uff9e\uff9f]"
# First runs of everyday characters, each of which becomes one of its own.
_RUN_OR_CLUSTER = re.compile(
    f"(?s)(?P<run>[\u0000-\u007f\u3001-\u3020\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fef]+(?!{_COMPOSED}))|.{_COMPOSED}*"
)

_JOINED = re.compile(r"[A-Za-z0-9]{3,40}")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# `NullPointerException2` has four pieces; what has many more is a digest or base64.
_MOST_PIECES = 6


# Outside these everyday blocks an engine's Unicode may be newer than Python's and know a letter that Python does not.
_RARE = re.compile("[^\u0000-\u02ff\u2000-\u2bff\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")


class _Known(dict[int, str]):
    """For str.translate: what this Python's Unicode does not know only separates, for every engine alike."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = " " if unicodedata.category(character) == "Cn" else character
        return self[code]


_known = _Known()


def normalise(text: str) -> str:
    """Full-width and half-width, composed and decomposed, upper and lower case are the same."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).casefold()
    return text.translate(_known) if _RARE.search(text) else text


def atoms(text: str) -> list[str]:
    return ATOM.findall(normalise(text))


def parts(text: str) -> frozenset[str]:
    """The pieces of words written together, normalised: `name` and `node` of `NameNode`."""
    return _known_parts(text) if len(text) <= _SHORT else _parts(text)


def _parts(text: str) -> frozenset[str]:
    words = set(_JOINED.findall(text if text.isascii() else unicodedata.normalize("NFKC", text)))
    return frozenset(piece for word in words for piece in _pieces(word))


# Runs repeat the cells of their template: most short texts were seen before.
_SHORT = 1000
_known_parts = lru_cache(maxsize=2048)(_parts)


@lru_cache(maxsize=8192)
def _pieces(word: str) -> tuple[str, ...]:
    if word.islower() and word.isalpha():
        return ()
    pieces = _PIECE.findall(word)
    if not 1 < len(pieces) <= _MOST_PIECES:
        return ()
    return tuple(piece.casefold() for piece in pieces)


def clusters(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """From where to where each character of `text` goes, and what it is once normalised; True for a run of characters
    of which each becomes one of its own."""
    for match in _RUN_OR_CLUSTER.finditer(text):
        yield match.start(), match.end(), normalise(match[0]), match["run"] is not None
