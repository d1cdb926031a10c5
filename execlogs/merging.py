"""One execution of what two witnesses say. Pure; the order in which they come changes nothing.

A notebook is the weaker one: beside any other witness it only fills in what nobody else says.
"""

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from execlogs import keys
from execlogs.drafts import Draft, complaint_of, name_in
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
    richer = max(one, other, key=lambda each: (each.output_size, each.output, each.log_sha256))
    clear = min(one, other, key=lambda each: (each.is_zone_guessed, each.at))
    # How long it took is right whatever zone its clock was thought to be in.
    whole = max(one, other, key=_lasted)
    named = max(one, other, key=lambda each: (each.meme is not None, each.branch, str(each.meme)))
    return Draft(
        key=min(one.key, other.key, key=lambda key: (keys.is_weak(key), key)),
        at=clear.at,
        witnesses=one.witnesses | other.witnesses,
        status=status,
        meme=named.meme,
        branch=named.branch,
        notebook_meme=_either(one.notebook_meme, other.notebook_meme),
        notebook_path=_either(one.notebook_path, other.notebook_path),
        place=_either(one.place, other.place),
        who=_who(one, other),
        host=_either(one.host, other.host),
        server_signature=_either(one.server_signature, other.server_signature),
        uid=_either(one.uid, other.uid),
        ended_at=None if whole.ended_at is None else clear.at + (whole.ended_at - whole.at),
        started_text=_either(one.started_text, other.started_text),
        ended_text=whole.ended_text,
        is_zone_guessed=clear.is_zone_guessed,
        matches=max((each.matches for each in (one, other) if each.matches is not None), default=None),
        error="" if status == Status.OK else _error(one, other, richer.output),
        log_path=_either(one.log_path, other.log_path),
        code=max(one.code, other.code, key=lambda code: (len(code), code)),
        output=richer.output,
        output_size=richer.output_size,
        is_cut=richer.is_cut,
        log_sha256=richer.log_sha256,
    )


def _lasted(draft: Draft) -> tuple[bool, timedelta, str]:
    lasted = timedelta() if draft.ended_at is None else draft.ended_at - draft.at
    return draft.ended_at is not None, lasted, draft.ended_text


def _error(one: Draft, other: Draft, output: str) -> str:
    """What the output says, or else what a notebook said before."""
    if not one.error and not other.error:
        return ""
    if one.is_weak:  # then both are: theirs is the error itself, better than any line of output
        return max(one.error, other.error)
    from_elsewhere = {each.error for each in (one, other) if each.error != complaint_of(each.output)} - {""}
    return complaint_of(output) or max(from_elsewhere, key=lambda error: (len(error), error), default="")


def _either(one: T, other: T) -> T:
    """What is said; of two sayings always the same one."""
    said = [each for each in (one, other) if each not in {None, ""}]
    return min(said, key=str, default=one)


def _who(one: Draft, other: Draft) -> str:
    """Whose files they are goes before whose home it was: a source knows the first, a path only the second."""
    told = {each.who for each in (one, other)} - {"", name_in(one.log_path or other.log_path)}
    return min(told) if told else one.who or other.who
