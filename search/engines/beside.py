"""What is counted while hits are read: tantivy lets go of Python's lock for that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


class Beside(Mapping[str, Result]):
    """What `work` returns, begun at once and waited for where it is first looked at. What it raises is raised there.

    In a thread of its own: those of a pool would not be there after a fork.
    """

    def __init__(self, work: Callable[[], Mapping[str, Result]]) -> None:
        self._begun: Future[Mapping[str, Result]] = Future()
        Thread(target=_fulfil, args=(self._begun, work), daemon=True).start()

    def __getitem__(self, name: str) -> Result:
        return self._begun.result()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._begun.result())

    def __len__(self) -> int:
        return len(self._begun.result())


def _fulfil(begun: Future[Result], work: Callable[[], Result]) -> None:
    try:
        begun.set_result(work())
    except BaseException as failure:  # noqa: BLE001  whatever it is, who waits for the result is told
        begun.set_exception(failure)
