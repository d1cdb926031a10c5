"""One execution of what two witnesses say. Pure; the order in which they come changes nothing.

A notebook is the weaker one: beside any other witness it only fills in what nobody else says.
"""

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from execlogs import keys
from execlogs.drafts import Draft, name_in
from execlogs.models import Status

T = TypeVar("T")

# Clocks of a browser and of a kernel may go so far apart; a cell that was run again ran later than that, mostly.
SAME_RUN = timedelta(minutes=5)

# Who says how it ended is right against who does not know; a failure is never hidden.
_WEIGHT = {Status.RUNNING: 0, Status.UNKNOWN: 1, Status.OK: 2, Status.ABORTED: 3, Status.ERROR: 4}


def merged(one: Draft, other: Draft) -> Draft:
    if one.is_weak != other.is_weak:
        return _filled(*((other, one) if one.is_weak else (one, other)))
    return _joined(one, other)


def is_same_run(strong: Draft, weak: Draft) -> bool:
    """Whether a notebook that fits by its key means this execution: the cell may have been run again without a log."""
    if strong.ended_at is None or weak.ended_at is None:
        return True
    apart = abs(strong.ended_at - weak.ended_at)
    if weak.key.startswith(keys.prefix_of(strong.log_path)):
        return apart <= SAME_RUN
    # A log knows seconds alone.
    return apart <= timedelta(seconds=keys.SAME_END) and strong.full_meme == weak.full_meme


def _filled(strong: Draft, weak: Draft) -> Draft:
    is_unnamed = strong.meme is None
    return replace(
        strong,
        witnesses=strong.witnesses | weak.witnesses,
        meme=weak.meme if is_unnamed else strong.meme,
        branch=weak.branch if is_unnamed else strong.branch,
        notebook_meme=strong.notebook_meme or weak.notebook_meme,
        who=strong.who or weak.who,
        host=strong.host or weak.host,
        # Logs hold no traceback; a notebook's outputs do.
        error=strong.error or ("" if strong.status == Status.OK else weak.error),
    )


def _joined(one: Draft, other: Draft) -> Draft:
    status = max(one.status, other.status, key=lambda each: _WEIGHT[each])
    # A longer output is one that was read later, or from nearer to its source.
    richer, poorer = sorted((one, other), key=lambda each: (each.output_size, each.output), reverse=True)
    clear, unclear = sorted((one, other), key=lambda each: (each.is_zone_guessed, each.at, each.started_text))
    named = max(one, other, key=lambda each: (each.meme is not None, each.branch, str(each.meme)))
    ended = clear if clear.ended_at else unclear
    return Draft(
        key=min(one.key, other.key, key=lambda key: (keys.is_weak(key), key)),
        at=clear.at,
        witnesses=one.witnesses | other.witnesses,
        status=status,
        meme=named.meme,
        branch=named.branch,
        notebook_meme=_either(one.notebook_meme, other.notebook_meme),
        notebook_path=_either(one.notebook_path, other.notebook_path) or "",
        place=_either(one.place, other.place) or "",
        who=_who(one, other),
        host=_either(one.host, other.host) or "",
        server_signature=_either(one.server_signature, other.server_signature) or "",
        uid=_either(one.uid, other.uid),
        ended_at=ended.ended_at,
        started_text=clear.started_text or unclear.started_text,
        ended_text=ended.ended_text,
        is_zone_guessed=clear.is_zone_guessed,
        matches=max(one.matches or 0, other.matches or 0) if one.matches != other.matches else one.matches,
        error="" if status == Status.OK else richer.error or poorer.error,
        log_path=_either(one.log_path, other.log_path) or "",
        code=max(one.code, other.code, key=lambda code: (len(code), code)),
        output=richer.output,
        output_size=richer.output_size,
        is_cut=richer.is_cut,
        log_sha256=richer.log_sha256,
    )


def _either(one: T, other: T) -> T:
    """What is said; of two sayings always the same one."""
    said = [each for each in (one, other) if each not in {None, ""}]
    return min(said, key=str, default=one)


def _who(one: Draft, other: Draft) -> str:
    """Whose files they are goes before whose home it was: a source knows the first, a path only the second."""
    told = {each.who for each in (one, other)} - {"", name_in(one.log_path or other.log_path)}
    return min(told) if told else one.who or other.who
