"""What a runbook's page says of it in a line: "template, 11 runs", or of whom it is a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count

from lineage.models import Pin, RunOf, Trace
from lineage.runs.offers import Offer, offers
from lineage.runs.pins import FOUND, PinForm, visible_pin
from lineage.sight import Sight
from notebooks.models import Notebook
from notebooks.models.space import Viewer

_WITH = ("template__space", "template_revision", "notebook__trace")


@dataclass(frozen=True, slots=True)
class Badge:
    notebook: Notebook
    runs: int  # of it, that the reader may see
    run: RunOf | None  # it is one, of a template that the reader may see
    trace: Trace | None  # when it is a run
    pin: Pin | None
    offers: Mapping[int, list[Offer]]  # by the index of the cell that they stand at

    @property
    def is_template(self) -> bool:
        return self.runs > 0 or (self.pin is not None and self.pin.says == Pin.Says.TEMPLATE)

    @property
    def form(self) -> PinForm:
        """To say something else."""
        template = self.pin.template_id if self.pin else None
        found = self.run.template_id if self.run else None
        return PinForm(
            notebook=self.notebook,
            initial={"says": self.pin.says if self.pin else FOUND, "template": template or found},
        )

    @property
    def binned(self) -> Notebook | None:
        """The template that it was said to be a run of, while that lies in the bin."""
        template = self.pin.template if self.pin else None
        return template if template is not None and template.is_deleted else None

    @property
    def is_pending(self) -> bool:
        """Something was said that has not been worked out yet."""
        if self.pin is None or self.binned is not None:
            return False
        if self.pin.says == Pin.Says.RUN:
            return self.run is None or self.run.how != RunOf.How.PINNED
        return self.run is not None or (self.pin.says == Pin.Says.ALONE and self.runs > 0)


def badge(notebook: Notebook, user: Viewer, *, with_offers: bool = True) -> Badge:
    sight = Sight(user)
    runs = sight.runs.filter(template=notebook).aggregate(count=Count("pk"))["count"]
    known = sight.runs.filter(notebook=notebook).select_related(*_WITH)
    run = known.defer("template_revision__memes", "steps").first()
    return Badge(
        notebook=notebook,
        runs=runs,
        run=run,
        trace=getattr(run.notebook, "trace", None) if run else None,
        pin=visible_pin(notebook, user),
        offers=_by_cell(notebook, user) if with_offers and runs else {},
    )


def _by_cell(notebook: Notebook, user: Viewer) -> Mapping[int, list[Offer]]:
    placed: dict[int, list[Offer]] = {}
    for offer in offers(notebook, user):
        placed.setdefault(offer.beside.index if offer.beside else 0, []).append(offer)
    return placed


def runs_of(notebooks: Collection[int], user: Viewer) -> dict[int, int]:
    """How many runs that the reader may see each has; those without any are not among them."""
    runs = Sight(user).runs.filter(template__in=notebooks).values("template")
    return dict(runs.annotate(count=Count("pk")).values_list("template", "count"))
