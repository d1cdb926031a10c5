"""What is counted while hits are looked for and read: tantivy lets go of Python's lock for that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


class Beside(Mapping[str, Result]):
    """What `work` returns for these names, begun at once and waited for where a value is looked at. What it raises is
    raised there.

    In a thread of its own: those of a pool would not be there after a fork.
    """

    def __init__(self, names: Collection[str], work: Callable[[], Mapping[str, Result]]) -> None:
        self._names = names
        self._begun: Future[Mapping[str, Result]] = Future()
        Thread(target=_fulfil, args=(self._begun, work), daemon=True).start()

    def __getitem__(self, name: str) -> Result:
        if name not in self._names:
            raise KeyError(name)
        return self._begun.result()[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _fulfil(begun: Future[Result], work: Callable[[], Result]) -> None:
    try:
        begun.set_result(work())
    except BaseException as failure:  # noqa: BLE001  whatever it is, who waits for the result is told
        begun.set_exception(failure)
