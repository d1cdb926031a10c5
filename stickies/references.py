"""The words of a note that name something: #tag and @name. Pure.

A tag goes on to the next blank, as in ep_weave; what ends a sentence or closes a bracket is not its end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

LONGEST_TAG = 300
MOST = 100  # tags, and people, that one note names

_WORD = re.compile(
    r"""
    (?<![\w/@#&=.:+-])                  # nothing that it could be a part of: addresses, entities, mail
    (?: [#＃] [^#＃\s]+ | [@＠] [\w.+-]+ )
    """,
    re.VERBOSE,
)
_AFTER_KANA = re.compile(r"(?<=[\u3040-\u30ff\u3400-\u9fff])[@＠][A-Za-z0-9_.+-]+")
_CLOSING = ".,;:!?)]}>'\"、。，．・：；！？）」』】〉》…"
_LEADING_LATIN = re.compile(r"[A-Za-z0-9_.+-]+")


def cut(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces; of each, whether it is such a word."""
    at = 0
    for start, stop in _words(text):
        if at < start:
            yield text[at:start], False
        yield text[start:stop], True
        at = stop
    if at < len(text):
        yield text[at:], False


def _words(text: str) -> list[tuple[int, int]]:
    """Where they begin and end."""
    if not any(sign in text for sign in "#＃@＠"):
        return []
    spans = {match.start(): len(match[0].rstrip(_CLOSING)) for match in _found(text)}
    words: list[tuple[int, int]] = []
    for start, length in sorted(spans.items()):
        if length > 1 and (not words or start >= words[-1][1]):
            words.append((start, start + length))
    return words


def _found(text: str) -> Iterator[re.Match[str]]:
    yield from _WORD.finditer(text)
    yield from _AFTER_KANA.finditer(text)  # Japanese puts no blank before a name


def is_tag(word: str) -> bool:
    return word[0] in "#＃"


def is_mention(word: str) -> bool:
    return word[0] in "@＠"


def folded(word: str) -> str:
    """As people compare it: width and case make no difference."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())


def tags_among(words: Iterable[str]) -> list[str]:
    """Folded, without "#", each once."""
    names = (folded(word[1:]) for word in words if is_tag(word))
    return list(dict.fromkeys(name for name in names if 0 < len(name) <= LONGEST_TAG))[:MOST]


def names_meant(word: str) -> list[str]:
    """Whom "@kato.さん" may mean, folded, the longest name first: kato.さん, kato. and kato."""
    written = word[1:]
    latin = _LEADING_LATIN.match(written)
    candidates = [written, latin[0] if latin else "", latin[0].rstrip(".+-_") if latin else ""]
    return list(dict.fromkeys(folded(name) for name in candidates if name))
