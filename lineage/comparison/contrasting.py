"""What the outputs of compared cells show. Equal HTML is an equal output: images stand in it by their hash."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.urls import reverse

from lineage.comparison.operands import Operand
from notebooks.addresses import Addresses
from notebooks.contents import content_of
from notebooks.models import Fragment
from notebooks.models.space import Viewer
from notebooks.paging import Part
from notebooks.rendering import SafeHtml, outputs_in

# Characters of outputs that one side brings along; those beyond are to be asked for.
MOST_SHOWN = 300_000


@dataclass(frozen=True, slots=True)
class ShownOutputs:
    html: SafeHtml | None  # None: to be asked for
    url: str  # where they are alone


@dataclass(frozen=True)
class Outputs:
    """Of all cells of one side."""

    operand: Operand
    fragments: Mapping[int, Fragment]

    @classmethod
    def of(cls, operand: Operand) -> Outputs:
        content = content_of(operand.notebook, operand.revision)
        rows = content.rows(Part.whole(content.total))
        return cls(operand, {row.index: row.fragment for row in rows})

    def raw(self, index: int) -> str:
        """Before it is put in a place: the same wherever the same is shown."""
        return outputs_in(self.fragments[index].html)

    def shown(self, indices: Collection[int], user: Viewer) -> dict[int, ShownOutputs]:
        """Those of some cells, in the place of this notebook."""
        wanted = [self.fragments[index] for index in indices]
        fill = Addresses.of(self.operand.notebook, wanted, user).filling()
        shown, size = {}, 0
        for index in indices:
            size += len(self.raw(index))
            html = fill(index, self.raw(index)) if size <= MOST_SHOWN else None
            shown[index] = ShownOutputs(html, self._url(index))
        return shown

    def _url(self, index: int) -> str:
        return reverse("cell-outputs", args=[self.operand.notebook.pk, index]) + self.operand.query
