"""What a source takes and leaves, and whose a file is, by its path there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pathspec import GitIgnoreSpec

from notebooks import paths
from sync.listing import LOGS, Kind
from sync.models import Source

OWNER = "{owner}"
# What a hub mounts into every user's folder: everybody's notebooks once more, and what all share.
MOUNTED = ("users", "share")
# Each further wildcard multiplies what a name can be tried for: with eight, one long name held a worker for hours.
MOST_WILD, MOST_WILD_IN_A_NAME = 5, 3
_RUN = re.compile(r"\*+")
_NOTEBOOK_NAME = re.compile(r"(?P<folder>.*?)[^/]*\.ipynb", re.IGNORECASE)


class InvalidPattern(ValueError):
    """A line that is no pattern, or one with too many wildcards; it is the argument."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """Asked with paths below Source.start."""

    include: GitIgnoreSpec | None
    include_logs: GitIgnoreSpec | None
    exclude: GitIgnoreSpec | None
    owner: re.Pattern[str] | None
    takes_logs: bool

    @classmethod
    def of(cls, source: Source) -> Patterns:
        """Raises InvalidPattern."""
        include, exclude = lines_of(source.include), lines_of(source.exclude)
        return cls(
            include=_spec(include),
            include_logs=_spec([_for_logs(line) for line in include]),
            # The hub's own first, so that a line of the source's ("!/kato/share/") may take one back.
            exclude=_spec([*_mounts(source.owner_pattern), *exclude]),
            owner=_owner_pattern(source.owner_pattern),
            takes_logs=source.takes_logs,
        )

    def enters(self, folder: str) -> bool:
        """Whether to look into a folder, given that those around it are looked into."""
        above, _, name = folder.rpartition("/")
        is_among_logs = LOGS in above.split("/")
        if name == LOGS:
            return self.takes_logs and not is_among_logs and not self._leaves_out(f"{folder}/")
        if name.startswith(".") or name in paths.SKIPPED_FOLDERS:
            return False
        return is_among_logs or not self._leaves_out(f"{folder}/")

    def takes(self, path: str, kind: Kind) -> bool:
        """Whether a file of a folder that is entered is taken."""
        if kind is not Kind.LOG and _is_hidden(path.rpartition("/")[2]):
            return False
        include = self.include_logs if kind is Kind.LOG else self.include
        return (include is None or include.match_file(path)) and not self._leaves_out(path)

    def reaches(self, path: str) -> bool:
        """Whether all folders around a file or folder are entered: for what is named without a walk to it."""
        names = path.split("/")[:-1]
        return all(self.enters("/".join(names[: depth + 1])) for depth in range(len(names)))

    def owner_of(self, path: str) -> str:
        """By name; '' where the path names nobody."""
        found = self.owner.match(path) if self.owner else None
        return found["owner"][:150] if found else ""

    def _leaves_out(self, path: str) -> bool:
        return self.exclude is not None and self.exclude.match_file(path)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in paths.SKIPPED_FILES


def lines_of(text: str) -> list[str]:
    """Without comments and empty lines."""
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def check(text: str) -> None:
    """Raises InvalidPattern with the first line that is none."""
    for line in lines_of(text):
        _checked(line)


def mapping_for(path_mapping: str, owner: str, folder: str) -> Sequence[tuple[str, str]]:
    """Where the containers' paths lie in the space: (prefix in logs, folder here), the longest prefix first.

    `folder` is the source's. A line that names the owner says nothing where the owner is not known.
    """
    found = []
    for line in path_mapping.splitlines():
        there, arrow, here = (part.strip() for part in line.partition("=>"))
        if arrow and there and (owner or OWNER not in line):
            there, here = (part.replace(OWNER, owner).rstrip("/") for part in (there, here))
            found.append((there or "/", paths.joined(folder, here) if here else folder))
    return sorted(found, key=lambda pair: -len(pair[0]))


def _spec(lines: Iterable[str]) -> GitIgnoreSpec | None:
    wanted = list(lines)
    for line in wanted:
        _checked(line)
    return GitIgnoreSpec.from_lines(wanted) if wanted else None


def is_wild(line: str) -> bool:
    """Whether it has more wildcards than names can be compared with in time."""
    in_names = [len(_RUN.findall(name)) for name in line.split("/")]
    return sum(in_names) > MOST_WILD or max(in_names) > MOST_WILD_IN_A_NAME


@lru_cache(maxsize=256)
def _checked(line: str) -> None:
    if is_wild(line):
        raise InvalidPattern(line)
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError as error:
        raise InvalidPattern(line) from error


def _for_logs(line: str) -> str:
    """Logs come with the notebooks beside which they lie: "runbooks/*.ipynb" takes runbooks/.log/ too."""
    found = _NOTEBOOK_NAME.fullmatch(line.strip())
    return f"{found['folder']}{LOGS}/" if found else line


def _mounts(owner_pattern: str) -> list[str]:
    """The folders of a hub that lie in every user's folder, as patterns."""
    if OWNER not in owner_pattern.split("/"):
        return []
    homes = owner_pattern.strip("/").removesuffix("/**").replace(OWNER, "*")
    return [f"/{homes}/{name}/" for name in MOUNTED]


def _owner_pattern(pattern: str) -> re.Pattern[str] | None:
    """`*` is anything in one name, `**` anything; what the pattern ends before may go on."""
    if OWNER not in pattern:
        return None
    if is_wild(pattern):
        raise InvalidPattern(pattern)
    before, _, after = pattern.strip("/").partition(OWNER)
    behind = _regex(after.removesuffix("/**"))
    return re.compile(f"{_regex(before)}(?P<owner>[^/]+?){behind}/.")


def _regex(glob: str) -> str:
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    return "".join(_WILD.get(piece) or re.escape(piece) for piece in pieces)


_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
