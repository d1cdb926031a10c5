"""What `/t/<title>?body=` says: of which cell or notebook a note is to be. Pure.

The title is the full MEME, or a heading, or any words. The body of a new note begins with the tags `#<uuid>` and, of a
branch, `#<uuid>-<branch>`; then come the cell's headings as tags and its source, fenced; of a notebook `code:toc.md`.
sidestickies cuts all of it at 1024 characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from notebooks import memes
from notebooks.memes import Meme
from stickies.drafts import LONGEST_TITLE, fit_text

CUT_AT = 1024

_FENCED = re.compile(r"^```\n(.*)\n```\s*\Z", re.DOTALL | re.MULTILINE)
_TAGS_ALONE = re.compile(r"(?:[#＃][^#＃\s]+\s*)+")
_FENCE = re.compile(r"```.*|code:\S+")


@dataclass(frozen=True, slots=True)
class Page:
    """What was opened."""

    title: str
    meme: Meme | None  # that the title is, or that the body is tagged with
    is_named: bool  # the title is words; else it is the MEME
    body: str  # to begin a note with
    source: str | None  # the cell's, where the body quotes it whole
    is_of_notebook: bool  # as far as the body tells


def opened(title: str, body: str, words: str = "") -> Page:
    """`words` are what a person made of the body and is about to save."""
    is_whole = len(body) < CUT_AT
    title, body = fit_title(title), fit_text(body)
    named_by_title = memes.parse(title)
    meme = named_by_title or _tagged(words or body)
    return Page(
        title=str(named_by_title or title),
        meme=meme,
        is_named=named_by_title is None,
        # Of words that are the title, the tags are all that says what they are about.
        body=_without_tags(body, named_by_title) if named_by_title else body,
        source=_quoted(body) if is_whole else None,
        is_of_notebook="code:toc.md" in body.split("\n"),
    )


def fit_title(title: str) -> str:
    """As it is kept and looked for: macOS sends some letters in two characters."""
    return " ".join(fit_text(unicodedata.normalize("NFC", title)).split())[:LONGEST_TITLE].strip()


def title_of(meme: Meme | None, title: str) -> str:
    """Under which a note is opened again."""
    return title or (str(meme) if meme else "")


def first_words(body: str) -> str:
    """Without the lines before and after that hold nothing but tags, or begin a quoted cell."""
    lines = [line for line in body.split("\n") if not _is_bare(line.strip())]
    return "\n".join(lines)


def _is_bare(line: str) -> bool:
    return bool(_TAGS_ALONE.fullmatch(line) or _FENCE.fullmatch(line))


def _tagged(body: str) -> Meme | None:
    """The first MEME that the body is tagged with, by the fullest id of it."""
    found = list(_memes_in(body))
    return max((meme for meme in found if meme.uuid == found[0].uuid), key=_fullness) if found else None


def _fullness(meme: Meme) -> int:
    return len(meme.branch)


def _memes_in(body: str) -> Iterator[Meme]:
    for word in body.split():
        meme = memes.parse(word[1:]) if word[0] in "#＃" else None
        if meme is not None:
            yield meme


def _without_tags(body: str, meme: Meme) -> str:
    """The tags that say no more than the title."""
    said = {f"#{meme.uuid}", f"#{meme}"}
    return "\n".join(line for line in body.split("\n") if line.strip().lower() not in said).strip("\n")


def _quoted(body: str) -> str | None:
    match = _FENCED.search(body)
    return match[1] if match else None
