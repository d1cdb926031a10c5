"""How a run ended and what it did otherwise, in words. A page has hundreds of such lines: no template writes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lineage.models import Deviation, RunOf, Trace
from notebooks.verdict import Ending


class Words:
    """Those of one page: they are looked up once for all its runs."""

    def __init__(self) -> None:
        self.kinds = {value: str(name) for value, name in Deviation.Kind.choices}
        self.counts = {
            "edited": _("%(n)d edited"),
            "added": _("%(n)d added"),
            "removed": _("%(n)d removed"),
            "skipped": _("%(n)d skipped"),
            "repeated": _("%(n)d repeated"),
            "disordered": _("%(n)d out of order"),
            "moved": _("%(n)d moved"),
        }
        self.not_reached = _("not reached")
        self.counts_not_reached = _("%(n)d not reached")
        self.stopped = _("stopped at %(step)s")
        self.part = _("%(ran)s of %(total)s")
        self.done = _("done")
        self.retried = _("done, not at the first try")
        self.not_run = _("not run")
        self.cell = _("cell %(number)d")
        self.template_cell = _("cell %(number)d of the template")

    def ended(self, run: RunOf, trace: Trace) -> str:
        if trace.ending == Ending.STOPPED:
            return self.stopped % {"step": trace.stopped_step}
        if trace.ending == Ending.OPEN:
            return self.part % {"ran": trace.ran, "total": trace.steps}
        if trace.ending != Ending.DONE:
            return self.not_run
        return self.retried if run.repeated else self.done

    def counted(self, run: RunOf) -> SafeString:
        """2 edited, 1 skipped; softly what says little of the procedure: values, notes, steps that were not reached."""
        return format_html_join("", '<span class="{}">{}</span>', self._counts(run))

    def listed(self, run: RunOf, deviations: Iterable[Deviation]) -> SafeString:
        """Each by itself, with the way to the texts side by side."""
        address = reverse("runs-cells", args=[run.template_id])
        rows = (
            (self._kind(each), f"{address}?{_query(run, each)}", self._place(each)) for each in deviations
        )
        return format_html_join("", '<li>{}: <a href="{}">{}</a></li>', rows)

    def _counts(self, run: RunOf) -> Iterator[tuple[str, str]]:
        numbers = {name: getattr(run, name) for name in self.counts}
        numbers |= {"edited": run.edited - run.prose_edited, "skipped": run.skipped - run.not_reached}
        for name, number in numbers.items():
            if number:
                yield "change", self.counts[name] % {"n": number}
        softly = (
            (run.not_reached, self.counts_not_reached),
            (run.values_changed, ngettext("%(n)d value", "%(n)d values", run.values_changed)),
            (run.prose_edited, ngettext("%(n)d note", "%(n)d notes", run.prose_edited)),
        )
        yield from (("soft", words % {"n": number}) for number, words in softly if number)

    def _kind(self, deviation: Deviation) -> str:
        kind = self.kinds[deviation.kind]
        return kind if deviation.is_reached else f"{kind} ({self.not_reached})"

    def _place(self, deviation: Deviation) -> str:
        if deviation.index is not None:
            return self.cell % {"number": deviation.index + 1}
        return self.template_cell % {"number": (deviation.template_index or 0) + 1}


def _query(run: RunOf, deviation: Deviation) -> str:
    text = f"&text={deviation.text}" if deviation.kind == Deviation.Kind.ADDED else ""
    return f"meme={deviation.meme}&run={run.notebook_id}{text}"
