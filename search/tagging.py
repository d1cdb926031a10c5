"""The tags in a Markdown cell: `#word` as people write it in prose. Pure."""

from __future__ import annotations

import re

from stickies.references import cut, is_tag, tags_among

_CODE = re.compile(r"^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1|\Z)|(`+)(?!`).+?\2", re.MULTILINE | re.DOTALL)
_LETTER = re.compile(r"[^\W\d_]")


def tags_of(markdown: str) -> list[str]:
    """Folded, without "#". What stands in code is none, and what has no letter is a number of something."""
    if "#" not in markdown and "＃" not in markdown:
        return []
    words = (word for word, is_word in cut(_CODE.sub(" ", markdown)) if is_word and is_tag(word))
    return [tag for tag in tags_among(words) if _LETTER.match(tag)]
