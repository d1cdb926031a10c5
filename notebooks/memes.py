"""The grammar of MEMEs, nblineage's tracking ids. Pure.

    UUID                          a cell or notebook that was never branched
    UUID-N-bbbb(-bbbb){0,9}       branched N times; the branch numbers, oldest first, at most ten kept

The UUID names the origin and so the family; the text after it (`branch`, '' where there is none) names the copy.
"""

import re
from dataclasses import dataclass
from uuid import UUID

KEPT_NUMBERS = 10

_MEME = re.compile(
    r"(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"(?:-(?P<branch>[0-9]{1,9}(?:-[0-9a-f]{4}){1,10}))?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Meme:
    uuid: UUID
    branch: str = ""

    def __str__(self) -> str:
        return f"{self.uuid}-{self.branch}" if self.branch else str(self.uuid)

    @property
    def count(self) -> int:
        """How often it was branched; it can exceed the numbers kept."""
        return int(self.branch.partition("-")[0]) if self.branch else 0

    @property
    def numbers(self) -> tuple[str, ...]:
        """The branch numbers still known, oldest first, at most ten."""
        return tuple(self.branch.split("-")[1:])


def parse(text: object) -> Meme | None:
    """The MEME that `text` is, or None: a `current` that is no UUID counts as none."""
    if not isinstance(text, str):
        return None
    match = _MEME.fullmatch(text.strip())
    if match is None:
        return None
    return Meme(UUID(match["uuid"]), (match["branch"] or "").lower())


def is_ancestor(older: Meme, younger: Meme) -> bool:
    """Whether the ids alone show that `younger` was branched off `older`.

    Ten numbers are kept, so of a long line only a window can be compared: what both still know must agree.
    """
    if older.uuid != younger.uuid or older.count >= younger.count:
        return False
    if not older.branch:
        return True
    mine, theirs = _numbered(older), _numbered(younger)
    shared = mine.keys() & theirs.keys()
    return bool(shared) and all(mine[place] == theirs[place] for place in shared)


def next_branch(meme: Meme, number: str) -> Meme:
    """`meme` branched once more under `number`, four hexadecimal digits; the oldest of more than ten goes."""
    if not re.fullmatch(r"[0-9a-f]{4}", number):
        raise ValueError(f"A branch number is four lower-case hexadecimal digits, not {number!r}.")
    numbers = (*meme.numbers, number)[-KEPT_NUMBERS:]
    return Meme(meme.uuid, "-".join([str(meme.count + 1), *numbers]))


def _numbered(meme: Meme) -> dict[int, str]:
    """The known numbers by the place of their branching in the line, the first being 1."""
    first = meme.count - len(meme.numbers) + 1
    return dict(enumerate(meme.numbers, start=first))
