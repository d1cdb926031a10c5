"""What notebooks themselves tell of executions becomes rows, or joins the rows of the logs that tell of the same.

Weak: a notebook knows the last execution of a cell alone, and says when only where an extension wrote that down. What
it does not date is seen on its page and is no row here.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from execlogs import ingest, keys, rows
from execlogs.drafts import Draft, cut
from execlogs.merging import is_same_run, merged
from execlogs.models import Execution, Status, Witness
from execlogs.models.execution import LINE_LENGTH
from execlogs.parsing import CellWitness, witnesses_of
from notebooks import blobs
from notebooks.identity import Identity
from notebooks.ingest import identities_of
from notebooks.memes import Meme
from notebooks.models import Cell, Notebook, Space
from notebooks.parsing import InvalidNotebook, ParsedCell, parse
from notebooks.paths import storable
from notebooks.portions import portions
from notebooks.storing import output_of

logger = logging.getLogger(__name__)

# A cell's log began so long before its end, at most: further back it is not looked for.
LONGEST_RUN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class _Testimony:
    draft: Draft  # under the key of a notebook's own
    log: str  # '' where it names none


def hear(pks: Collection[int]) -> int:
    """Reads what these notebooks tell; says how many executions that were."""
    by_space: dict[Space, list[_Testimony]] = defaultdict(list)
    kept_elsewhere = _kept_elsewhere(pks)
    for notebook in _dated(pks):
        elsewhere = kept_elsewhere[notebook.pk]
        told = _testimonies(notebook)
        by_space[notebook.space] += [each for each in told if not elsewhere & {each.draft.key, each.log}]
    for space, heard in by_space.items():
        for some in portions(heard, ingest.A_PORTION):
            _store(space, some)
    return sum(map(len, by_space.values()))


@transaction.atomic
def _store(space: Space, heard: Sequence[_Testimony]) -> None:
    rows.one_at_a_time(space)
    ingest.store(space, _addressed(space, heard))


def _kept_elsewhere(pks: Collection[int]) -> Mapping[int | None, set[str]]:
    """Keys and logs of what these notebooks ran in another space, before they were moved here. It stays there."""
    kept: dict[int | None, set[str]] = defaultdict(set)
    for some in portions(pks):
        moved = Execution.objects.filter(notebook__in=some).exclude(space=F("notebook__space")).order_by()
        for notebook, key, log_path in moved.values_list("notebook", "key", "log_path"):
            kept[notebook] |= {key, log_path} - {""}
    return kept


def _dated(pks: Collection[int]) -> Iterator[Notebook]:
    """Those with a cell that says when it was run: the others need not be read."""
    for some in portions(pks):
        says_when = Cell.objects.filter(notebook__in=some).exclude(executed_at=None).values("notebook")
        found = Notebook.objects.alive().filter(pk__in=says_when).select_related("space", "revision")
        yield from found.order_by("pk")


def _testimonies(notebook: Notebook) -> Iterator[_Testimony]:
    revision = notebook.revision
    if revision is None:
        return
    try:
        parsed = parse(blobs.get(revision.sha256))
    except (blobs.BlobMissing, InvalidNotebook) as error:
        logger.warning("%s: what it tells of executions could not be read: %r", notebook, error)
        return
    identities = identities_of(revision)
    for witness in witnesses_of(parsed):
        if witness.ended_at is not None:
            cell, identity = parsed.cells[witness.index], identities[witness.index]
            yield _Testimony(_draft(notebook, witness, cell, identity), witness.log)


def _draft(notebook: Notebook, witness: CellWitness, cell: ParsedCell, identity: Identity) -> Draft:
    assert witness.ended_at is not None  # noqa: S101 - those that say when are asked
    meme = Meme(identity.uuid, identity.branch)
    output = output_of(cell)
    kept, is_cut = cut(output)
    return Draft(
        key=keys.weak_key(witness.log, meme, witness.ended_at),
        at=min(witness.started_at or witness.ended_at, witness.ended_at),
        witnesses=Witness.NOTEBOOK,
        status=Status(witness.status.value),
        meme=meme.uuid,
        branch=meme.branch,
        notebook_meme=notebook.meme,
        place=notebook.path,
        who=notebook.owner,
        ended_at=witness.ended_at,
        error=storable(witness.error)[:LINE_LENGTH],
        log_path=storable(witness.log)[:1000],
        code=storable(cell.source),
        output=kept,
        output_size=len(output),
        is_cut=is_cut,
    )


def _addressed(space: Space, heard: Sequence[_Testimony]) -> Mapping[str, Draft]:
    """Under the keys of the logs that tell of the same, where there are any."""
    logged: dict[str, list[Draft]] = defaultdict(list)
    for sketch in rows.logged_at(space, {keys.prefix_of(each.log) for each in heard if each.log}):
        logged[keys.prefix_of(sketch.log_path)].append(sketch)
    of_cells = _logged_of(space, [each.draft for each in heard if not each.log])
    found: dict[str, Draft] = {}
    for each in heard:
        meant = logged[keys.prefix_of(each.log)] if each.log else of_cells[each.draft.meme]
        key = _same_as(each.draft, meant) or each.draft.key
        draft = replace(each.draft, key=key)
        found[key] = merged(found[key], draft) if key in found else draft
    return found


def _same_as(weak: Draft, logged: Iterable[Draft]) -> str:
    """The key of the log that tells of the same; '' where none does."""
    same = [each for each in logged if is_same_run(each, weak) and each.meme in {weak.meme, None}]
    return min((each.key for each in same), default="")


def _logged_of(space: Space, drafts: Sequence[Draft]) -> Mapping[UUID | None, Sequence[Draft]]:
    """What logs tell of the same cells about the same time: a question for each day, not for each cell."""
    days: dict[date, list[Draft]] = defaultdict(list)
    for draft in drafts:
        days[draft.at.date()].append(draft)
    found: dict[UUID | None, list[Draft]] = defaultdict(list)
    for some in days.values():
        memes = {draft.meme for draft in some if draft.meme}
        ends = [draft.ended_at for draft in some if draft.ended_at]
        near = timedelta(seconds=keys.SAME_END)
        for each in rows.logged_of(space, memes, min(ends) - LONGEST_RUN, max(ends) + near):
            found[each.meme].append(each)
    return found
