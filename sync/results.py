"""What runs of sources brought, in numbers; a constant number of queries however many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notebooks.models import Batch
from notebooks.progress import with_counts
from sync.models import Run
from sync.trouble import explain

State = Run.State


@dataclass(frozen=True, slots=True)
class Result:
    run: Run
    stored: int
    unchanged: int
    failed: int
    waiting: int  # fetched, and not in yet
    executions: int  # new, or told better than before

    @classmethod
    def of(cls, run: Run, batch: Batch | None) -> Result:
        if batch is None:
            return cls(run, 0, 0, 0, 0, 0)
        tally: Mapping[str, int] = batch.tally
        return cls(
            run,
            stored=batch.stored_count,  # type: ignore[attr-defined]  # with_counts()
            unchanged=batch.unchanged_count + tally.get("unchanged", 0),  # type: ignore[attr-defined]
            failed=batch.failed_count,  # type: ignore[attr-defined]
            waiting=batch.waiting_count,  # type: ignore[attr-defined]
            executions=tally.get("executions_stored", 0) + tally.get("executions_merged", 0),
        )

    @property
    def read(self) -> int:
        return self.stored + self.failed

    @property
    def fetched(self) -> int:
        """Of which it is known what to do with them; of a run that goes on there may be more."""
        return self.read + self.waiting

    @property
    def is_over(self) -> bool:
        return self.run.state in {State.DONE, State.FAILED} and not self.waiting

    @property
    def shape(self) -> str:
        """The class that draws it."""
        if not self.is_over:
            return "busy"
        return "err" if self.run.state == State.FAILED or self.failed else "ok"

    @property
    def word(self) -> str:
        if self.run.state == State.QUEUED:
            return _("waiting")
        if not self.is_over:
            return _("running")
        if self.run.state == State.FAILED:
            return _("failed")
        return _("some files failed") if self.failed else _("went well")

    @property
    def sentence(self) -> str:
        """What came of it, as far as it is."""
        parts = [text for count, text in self._parts() if count]
        if parts or self.shape != "ok":
            return _(", ").join(parts)
        return _("Nothing new.")

    def _parts(self) -> Iterable[tuple[int, str]]:
        run = self.run
        return (
            (self.stored, ngettext("%d new or changed", "%d new or changed", self.stored) % self.stored),
            (self.executions, ngettext("%d execution", "%d executions", self.executions) % self.executions),
            (run.renamed, ngettext("%d renamed or moved", "%d renamed or moved", run.renamed) % run.renamed),
            (run.gone, ngettext("%d gone", "%d gone", run.gone) % run.gone),
            (self.failed, ngettext("%d file failed", "%d files failed", self.failed) % self.failed),
            (self.unchanged, ngettext("%d unchanged", "%d unchanged", self.unchanged) % self.unchanged),
        )

    @property
    def reason(self) -> str:
        """Why it could not look at everything, without what only those may know who manage it."""
        return explain(self.run.trouble, "")

    @property
    def full_reason(self) -> str:
        return explain(self.run.trouble, self.run.trouble_detail)


def results_of(runs: Iterable[Run]) -> list[Result]:
    runs = list(runs)
    batches = with_counts(
        Batch.objects.filter(pk__in=[run.batch_id for run in runs if run.batch_id])
    ).in_bulk()
    return [Result.of(run, batches.get(run.batch_id or 0)) for run in runs]
