"""What names an execution, so that log, history, HTTP, stream and notebook tell of one and not of five. Pure.

A key's first half is the log's path. So a notebook, which knows that path alone, finds the execution by it; and an
execution that only a notebook told of waits under a key that the log can work out when it comes.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b

from notebooks.memes import Meme
from notebooks.paths import storable

# A notebook's clock is the browser's, or the kernel's when it had answered; a log's knows seconds alone.
SAME_END = 2  # seconds
_LINE_ENDS = re.compile(r"\r\n?")
_WEAK = "0" * 16


def digest_of(code: str) -> str:
    """Of code as it was run, and of a cell's source: blank ends aside, since front ends add and cut them.

    The ends of lines count alike: fluentd's sender turns them into its own.
    """
    return _hash(_LINE_ENDS.sub("\n", storable(code)).strip(), size=16)


def key_of(signature: str, path: str, started_text: str, code_digest: str) -> str:
    """The execution's own."""
    return prefix_of(path) + _hash(f"{signature}\0{started_text}\0{code_digest}")


def prefix_of(path: str) -> str:
    """What the keys of all that a log at `path` tells begin with."""
    return _hash(path)


def weak_key(path: str, meme: Meme, ended_at: datetime | None) -> str:
    """Of what a notebook alone tells: by the log it names, or else by cell and end."""
    if path:
        return prefix_of(path) + _WEAK
    return _by_end(meme, _seconds(ended_at) // SAME_END if ended_at else 0)


def weak_keys(path: str, meme: Meme | None, ended_at: datetime | None) -> Iterator[str]:
    """All keys under which a notebook may have told of this execution before."""
    yield prefix_of(path) + _WEAK
    if meme is not None and ended_at is not None:
        bucket = _seconds(ended_at) // SAME_END
        for near in (bucket, bucket - 1, bucket + 1, bucket + 2):  # a log's second may be nearly over
            yield _by_end(meme, near)


def is_weak(key: str) -> bool:
    return key.endswith(_WEAK)


def _by_end(meme: Meme, bucket: int) -> str:
    return _hash(f"{meme}\0{bucket}") + _WEAK


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _hash(text: str, *, size: int = 8) -> str:
    return blake2b(text.encode(errors="replace"), digest_size=size).hexdigest()
