"""Did you mean: words of a query that are hardly anywhere, as they stand where the person may look.

What is near a word is asked through Sight and read from what was found, and each suggestion is counted there again:
nobody learns of a word that stands only where they see nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from haystack.query import SQ

from search.analysis import atoms, normalise
from search.asking import Asking
from search.hits import Hit
from search.language.tree import And, Node, Or, Word
from search.loghits import LogHit
from search.near import apart, edits_for
from search.showing import AnyHit, made_of
from search.sight import Sight

FEW = 2  # hits: then it may be a slip
LOOKED_AT = 40  # hits with something near
LONGEST = 20_000  # characters of each
MOST_TRIED = 3  # of what is near, counted
MOST_WORDS = 6  # of a query

_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]{3,}")
_LONG_VOWEL = "\u30fc"


@dataclass(frozen=True, slots=True)
class Meaning:
    sight: Sight
    asking: Asking
    narrowed: SQ

    def of(self, tree: Node, count: int) -> Node | None:
        """Another tree that finds more than `count`; None where there is no better."""
        if count > FEW or len(list(_words(tree))) > MOST_WORDS:
            return None
        better = {word: found for word in _words(tree) if (found := self._better(word.text))}
        meant = _replaced(tree, better)
        return meant if better and self._count(self.narrowed & self.asking.of(meant)) > count else None

    def _better(self, text: str) -> str:
        if found := _KATAKANA.search(text):
            return self._spelt(text, found[0])
        meant = normalise(text)
        for atom in atoms(text):
            if edits_for(atom) and (near := self._near(atom)):
                meant = meant.replace(atom, near, 1)
        return meant if meant != normalise(text) else ""

    def _spelt(self, text: str, word: str) -> str:
        """Katakana words are written with and without long vowels."""
        spellings = {word.replace(_LONG_VOWEL, ""), word.rstrip(_LONG_VOWEL), word + _LONG_VOWEL} - {word}
        return self._most([text.replace(word, each) for each in sorted(spellings)], than=self._standing(text))

    def _near(self, atom: str) -> str:
        """'' for what stands there itself, more than rarely."""
        count = self._standing(atom)
        if count > FEW:
            return ""
        # What a text has from elsewhere is also found there.
        results = self.sight.ask(SQ(own__fuzzy=atom), size=LOOKED_AT).results
        one_of_each = {result.fold or result.id: result for result in results}.values()
        found = Counter(
            word
            for hit in made_of(one_of_each, (), self.sight.spaces)
            for word in _words_like(atom, _texts(hit))
        )
        distances = {word: apart(atom, word, edits_for(atom)) for word in found}
        ranked = sorted(found, key=lambda word: (distances[word], -found[word], word))[:MOST_TRIED]
        nearest = [word for word in ranked if distances[word] == distances[ranked[0]] <= edits_for(atom)]
        return self._most(nearest, than=count)

    def _most(self, words: Iterable[str], than: int) -> str:
        counted = [(self._standing(word), word) for word in words]
        count, word = max(counted, default=(0, ""))
        return word if count > than else ""

    def _standing(self, words: str) -> int:
        return self._count(SQ(content__exact=words))

    def _count(self, asked: SQ) -> int:
        return self.sight.ask(asked).count


def _words_like(atom: str, texts: Iterable[str]) -> set[str]:
    """Words of about its length."""
    most = edits_for(atom)
    words = {each for text in texts for each in atoms(text[:LONGEST])}
    return {word for word in words if word != atom and abs(len(word) - len(atom)) <= most}


def _texts(hit: AnyHit) -> Iterator[str]:
    yield hit.title_text
    if isinstance(hit, LogHit):
        yield from (hit.execution.transcript.output, hit.execution.error, hit.execution.transcript.code)
    elif not isinstance(hit, Hit):
        yield hit.note.body
    elif hit.cell is not None:
        yield from (hit.cell.source, hit.cell.output, hit.cell.error_name, hit.cell.error_message)
    else:
        yield from (hit.notebook.path, hit.notebook.owner)


def _words(node: Node) -> Iterator[Word]:
    """Those that are looked for; in fields there are names, which are completed."""
    if isinstance(node, And | Or):
        for each in node.of:
            yield from _words(each)
    elif isinstance(node, Word):
        yield node


def _replaced(node: Node, better: dict[Word, str]) -> Node:
    if isinstance(node, And):
        return And(tuple(_replaced(each, better) for each in node.of))
    if isinstance(node, Or):
        return Or(tuple(_replaced(each, better) for each in node.of))
    return Word(better[node]) if isinstance(node, Word) and node in better else node
