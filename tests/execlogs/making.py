"""Executions for tests of pages, as rows; how they come in is tried in the tests of ingest."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from execlogs.keys import digest_of
from execlogs.models import Execution, Status, Transcript, Witness

NOON = datetime(2026, 5, 2, 12, tzinfo=UTC)
MEME = UUID("8f5c5fe2-71cc-11e7-9abe-02420aff0008")

_numbers = count(1)


def make_execution(space, code="ls", *, minute=0, second=0, took=1, output="", **fields):
    """One that began so many minutes after NOON; it ran `took` seconds (None: no end is told)."""
    at = fields.pop("at", NOON + timedelta(minutes=minute, seconds=second))
    ended_at = None if took is None else at + timedelta(seconds=took)
    execution = Execution.objects.create(
        **{
            "space": space,
            "key": f"{next(_numbers):032x}",
            "at": at,
            "ended_at": ended_at,
            "status": Status.OK,
            "headline": code.partition("\n")[0],
            "code_digest": digest_of(code),
            "witnesses": Witness.LOG,
            "who": "kato",
            **fields,
        }
    )
    Transcript.objects.create(execution=execution, code=code, output=output, output_size=len(output))
    return execution
