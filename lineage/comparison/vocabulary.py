"""How much the words of two texts are the same. Pure."""

import re
from collections import Counter
from collections.abc import Iterator

WORDS_READ, LETTERS_READ = 300, 20_000  # of a text
_WORD = re.compile(r"[A-Za-z0-9]+|[^\W_]")  # what has no spaces between words is taken by the character


class Vocabulary:
    """The words of many texts that are to be compared, each with each."""

    def __init__(self) -> None:
        self._bits: dict[tuple[str, int], int] = {}
        self._read: dict[str, int] = {}

    def likeness(self, a: str, b: str) -> float:
        """From 0 to 1: the share of words that both have, each counted as often as both have it."""
        if a == b:
            return 1.0
        mine, theirs = self._words_of(a), self._words_of(b)
        counted = mine.bit_count() + theirs.bit_count()
        return 2 * (mine & theirs).bit_count() / counted if counted else 0.0

    def _words_of(self, text: str) -> int:
        """A bit for each word with its number among equal ones: no other way is such a multitude cut as fast."""
        words = self._read.get(text)
        if words is None:
            words = 0
            for word in _numbered_words(text):
                words |= 1 << self._bits.setdefault(word, len(self._bits))
            self._read[text] = words
        return words


def _numbered_words(text: str) -> Iterator[tuple[str, int]]:
    seen: Counter[str] = Counter()
    for number, found in enumerate(_WORD.finditer(text[:LETTERS_READ])):
        if number >= WORDS_READ:
            return
        word = found[0]
        seen[word] += 1
        yield word, seen[word]
