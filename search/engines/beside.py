"""Work that goes on while this thread waits for a search: tantivy lets go of Python's lock for that."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


def beside(work: Callable[[], Result]) -> "Future[Result]":
    """Begun at once, in a thread of its own: those of a pool would not be there after a fork. What it raises, result()
    raises."""
    begun: Future[Result] = Future()
    Thread(target=_fulfil, args=(begun, work), daemon=True).start()
    return begun


def _fulfil(begun: "Future[Result]", work: Callable[[], Result]) -> None:
    try:
        begun.set_result(work())
    except BaseException as failure:  # noqa: BLE001  whatever it is, who waits for the result is told
        begun.set_exception(failure)
