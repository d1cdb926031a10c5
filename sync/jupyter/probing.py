"""The steps of a connection test that Jupyter Servers and hubs have in common."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from sync.jupyter.contents import Contents
from sync.listing import Kind, Listing
from sync.steps import Step, What
from sync.trouble import Problem, Trouble

# How long a test looks for notebooks: to see whether there are some, not to count them all.
SECONDS = 15.0
_OF_THE_ADDRESS = {Problem.NO_ADDRESS, Problem.NOT_LISTED, Problem.NOT_PUBLIC, Problem.NO_TLS}


@dataclass(slots=True)
class Found:
    notebooks_count: int = 0
    logs_count: int = 0
    is_more: bool = False
    trouble: Trouble | None = None  # the first one met with

    @property
    def notebooks(self) -> Step:
        if self.trouble:
            return Step.note(What.NOTEBOOKS, self.trouble)
        return Step.ok(What.NOTEBOOKS, self.notebooks_count, is_more=self.is_more)


def first_steps(version: Callable[[], object], sign_in: Callable[[], object]) -> Generator[Step, None, bool]:
    """Until it is known who asks. Whether all went well."""
    try:
        version()
    except Trouble as trouble:
        if trouble.code in _OF_THE_ADDRESS:  # where a name leads is known only now
            yield Step.failed(What.ADDRESS, trouble)
        else:
            yield Step.ok(What.ADDRESS)
            yield Step.failed(What.REACHED, trouble)
        return False
    yield Step.ok(What.ADDRESS)
    yield Step.ok(What.REACHED)
    try:
        sign_in()
    except Trouble as trouble:
        yield Step.failed(What.SIGNED_IN, trouble)
        return False
    yield Step.ok(What.SIGNED_IN)
    return True


def found(listings: Iterator[Listing]) -> Found:
    """What a walk finds in the time that a test has."""
    counted, until = Found(), time.monotonic() + SECONDS
    try:
        for listing in listings:
            kinds = [entry.kind for entry in listing.entries]
            counted.notebooks_count += kinds.count(Kind.NOTEBOOK)
            counted.logs_count += kinds.count(Kind.LOG)
            if listing.trouble and not listing.trouble.is_usual:
                counted.trouble = counted.trouble or listing.trouble
            if time.monotonic() > until:
                counted.is_more = True
                break
    except Trouble as trouble:
        counted.trouble = trouble
    return counted


def on_logs(counted: Found, contents: Contents) -> Step:
    """None found may mean that there are none, or that they are not shown."""
    if not counted.logs_count:
        shows = contents.shows_hidden()
        if not shows:
            code = Problem.HIDDEN_UNKNOWN if shows is None else Problem.HIDDEN_CLOSED
            return Step.note(What.LOGS, Trouble(code))
    return Step.ok(What.LOGS, counted.logs_count, is_more=counted.is_more)
