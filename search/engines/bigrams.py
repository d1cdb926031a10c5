"""How Whoosh cuts text: atoms, but of two single characters side by side the pair, far rarer than either."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from whoosh import analysis as whoosh_analysis

from search.analysis import ATOM, SINGLE

SEPARATOR = "\x1f"  # stands in no value: normalised text has no control characters but blanks
# whoosh3 says that it is typed, and is so by half.
Token: Any = vars(whoosh_analysis)["Token"]
Tokenizer: Any = vars(whoosh_analysis)["Tokenizer"]


class Bigrams(Tokenizer):  # type: ignore[misc]
    """For text that is normalised already."""

    def __call__(self, value: str, *, start_pos: int = 0, **options: Any) -> Iterator[Any]:
        token = Token(
            options.get("positions", False), options.get("chars", False), mode=options.get("mode", "")
        )
        for place, text in enumerate(paired(ATOM.findall(value))):
            token.text = text
            token.boost = 1.0
            token.stopped = False
            token.pos = start_pos + place
            yield token


class Each(Tokenizer):  # type: ignore[misc]
    """Values that were joined by SEPARATOR, each as it is."""

    def __call__(self, value: str, *, start_pos: int = 0, **options: Any) -> Iterator[Any]:
        token = Token(
            options.get("positions", False), options.get("chars", False), mode=options.get("mode", "")
        )
        for place, text in enumerate(value.split(SEPARATOR)):
            token.text = text
            token.boost = 1.0
            token.stopped = False
            token.pos = start_pos + place
            yield token


def paired(atoms: Sequence[str]) -> Iterator[str]:
    """One token for each atom, at its place."""
    singles = [SINGLE.match(atom) is not None for atom in atoms]
    for place, atom in enumerate(atoms):
        if singles[place] and place + 1 < len(atoms) and singles[place + 1]:
            yield atom + atoms[place + 1]
        else:
            yield atom
