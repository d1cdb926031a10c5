"""Which line of an output says that something failed. Pure.

Logs hold no traceback, so this is often all that is known of a failure.
"""

import re

from execlogs.parsing.text import plain

LONGEST = 500  # characters of a line
_MOST_LINES = 20_000  # that are looked at; what failed says so near one of its ends

_COMPLAINT = re.compile(
    r"error|\berr(?:no)?\b|fail|fatal|exception|traceback|panic|critical|abort|denied|refused"
    r"|unable|cannot|can't|could not|couldn't|not found|no such|not permitted|unreachable|invalid|unexpected"
    r"|timed? ?out|killed|エラー|失敗|異常|できません|ありません",
    re.IGNORECASE,
)
# "failed=0", "0 errors", "no errors": these say the contrary.
_PRAISE = re.compile(
    r"\b(?:failed|failures?|errors?|unreachable|exceptions?|aborted)\s*[=:]\s*0\b"
    r"|\b(?:0|no|without(?: any)?)\s+(?:errors?|failures?|failed|exceptions?)\b",
    re.IGNORECASE,
)


def first_complaint(output: str) -> str:
    """The first line that says that something failed, as plain text; '' where none does."""
    lines = plain(output).split("\n")
    if len(lines) > _MOST_LINES:
        lines = lines[: _MOST_LINES // 2] + lines[-_MOST_LINES // 2 :]
    return next((line.strip()[:LONGEST] for line in lines if complains(line)), "")


def complains(line: str) -> bool:
    """Whether a line says that something failed, and does not say the contrary."""
    found = _COMPLAINT.search(line)
    return found is not None and (
        not _PRAISE.search(line) or _COMPLAINT.search(_PRAISE.sub("", line)) is not None
    )
