"""How far two words are apart. Pure."""

from __future__ import annotations

from search.analysis import SINGLE

# Of short words every other one is near.
SHORTEST, LONG = 4, 6  # characters
LONGEST = 40


def edits_for(word: str) -> int:
    """So many letters may be wrong in it; 0 of what is not for correcting: digits, characters that are words."""
    is_word = word.isalpha() and SINGLE.search(word) is None
    if not is_word or not SHORTEST <= len(word) <= LONGEST:
        return 0
    return 1 if len(word) < LONG else 2


def apart(one: str, other: str, most: int) -> int:
    """Letters left out, put in, changed, or two side by side turned round; more than `most` is `most` + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        this = [row]
        for column, each in enumerate(other, 1):
            cost = min(last[column] + 1, this[-1] + 1, last[column - 1] + (letter != each))
            is_turned = row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == each
            this.append(min(cost, before[column - 2] + 1) if is_turned else cost)
        if min(this) > most and min(last) > most:
            return most + 1
        before, last = last, this
    return min(last[-1], most + 1)
