"""Tells those who watch a source's folder that a sync failed, once for each reason."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import ngettext

from inbox.models import What
from inbox.telling import Event, tell
from notebooks.models import BatchItem
from sync.models import Run
from sync.trouble import explain, may_pass

_LISTED = 3  # paths


def tell_of(run: Run) -> None:
    """Told twice, it is told once."""
    # One text for all who are told.
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        if run.state == Run.State.FAILED:
            _tell_of_trouble(run)
        _tell_of_files(run)


def _tell_of_trouble(run: Run) -> None:
    first = _first_of_its_kind(run)
    if first == run and may_pass(run.trouble) and run.why != Run.Why.PERSON:
        return  # it may be over by the next run
    # Without the detail: it may name an address, which is for those who may change the source.
    _tell(run, f"trouble:{first.pk}", explain(run.trouble, ""), run.source.get_absolute_url())


def _first_of_its_kind(run: Run) -> Run:
    """Since when the source fails for this reason, run after run."""
    first = run
    for before in run.source.runs.over().filter(pk__lt=run.pk).order_by("-pk")[:500]:
        if before.trouble != run.trouble:
            break
        first = before
    return first


def _tell_of_files(run: Run) -> None:
    if run.batch is None:
        return
    failed = list(run.batch.items.filter(state=BatchItem.State.FAILED).order_by("path", "pk"))
    if failed:
        excerpt = ngettext(
            "%(count)d file failed: %(paths)s", "%(count)d files failed: %(paths)s", len(failed)
        )
        paths = ", ".join(item.path for item in failed[:_LISTED])
        said = excerpt % {"count": len(failed), "paths": paths}
        _tell(run, f"files:{_digest(failed)}", said, run.batch.get_absolute_url())


def _digest(failed: list[BatchItem]) -> str:
    """The same files failing for the same reason, run after run, are told once."""
    told = "\n".join(f"{item.path}\t{item.sha256}\t{item.reason_code}" for item in failed)
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]


def _tell(run: Run, what: str, excerpt: str, url: str) -> None:
    source = run.source
    tell(
        Event(
            key=f"source:{source.pk}:{what}",
            what=What.SYNC_FAILED,
            space=source.space,
            actor=None,
            title=source.name,
            excerpt=excerpt,
            url=url,
            folder=source.folder,
            to=frozenset([source.by_id] if source.by_id else []),
        )
    )
