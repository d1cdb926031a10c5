"""What ansible says of each host. Pure.

Two forms: an ad-hoc command's `host | CHANGED | rc=0 >>`, and a playbook's `changed: [host]` and its recap
`host : ok=3 changed=1 unreachable=0 failed=0`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_AD_HOC = re.compile(
    r"^(?P<host>[\w.:-]+) \| (?P<word>SUCCESS|CHANGED|FAILED|UNREACHABLE|SKIPPED)!?(?= (?:\||=>|\())",
    re.MULTILINE,
)
_TASK = re.compile(
    r"^\s*(?P<word>ok|changed|failed|fatal|unreachable|skipping): \[(?P<host>[\w.:-]+)(?: -> [^\]]+)?\]"
    r"(?P<rest>[^\n]{0,40})",
    re.MULTILINE,
)
_RECAP = re.compile(
    r"^(?P<host>[\w.:-]+)\s+: ok=(?P<ok>\d+)\s+changed=(?P<changed>\d+)\s+unreachable=(?P<unreachable>\d+)"
    r"\s+failed=(?P<failed>\d+)",
    re.MULTILINE,
)


class Outcome(StrEnum):
    OK = "ok"
    CHANGED = "changed"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    SKIPPED = "skipped"


_WORST_FIRST = (Outcome.UNREACHABLE, Outcome.FAILED, Outcome.CHANGED, Outcome.OK, Outcome.SKIPPED)
_OUTCOMES = {
    "success": Outcome.OK,
    "ok": Outcome.OK,
    "changed": Outcome.CHANGED,
    "failed": Outcome.FAILED,
    "fatal": Outcome.FAILED,
    "unreachable": Outcome.UNREACHABLE,
    "skipped": Outcome.SKIPPED,
    "skipping": Outcome.SKIPPED,
}


@dataclass(frozen=True, slots=True)
class Told:
    host: str
    outcome: Outcome


def told_in(output: str) -> tuple[Told, ...]:
    """Each host once, in the order of their first mention, with the worst that was said of it."""
    if " | " not in output and ": [" not in output and " ok=" not in output:
        return ()
    found: dict[str, list[Outcome]] = {}
    for match in sorted([*_AD_HOC.finditer(output), *_TASK.finditer(output)], key=re.Match.start):
        found.setdefault(match["host"].lower(), []).append(_outcome(match))
    for match in _RECAP.finditer(output):
        found.setdefault(match["host"].lower(), []).append(_of_recap(match))
    return tuple(Told(host, min(told, key=_WORST_FIRST.index)) for host, told in found.items())


def _outcome(match: re.Match[str]) -> Outcome:
    # A playbook says "fatal: [host]: UNREACHABLE! => {".
    if "UNREACHABLE" in match.groupdict().get("rest", ""):
        return Outcome.UNREACHABLE
    return _OUTCOMES[match["word"].lower()]


def _of_recap(match: re.Match[str]) -> Outcome:
    for outcome in _WORST_FIRST[:-2]:
        if match[str(outcome)] != "0":
            return outcome
    return Outcome.OK
