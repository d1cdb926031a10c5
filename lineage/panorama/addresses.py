"""Where the links of the activity page lead: the same address, narrowed otherwise."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict

from lineage.graph.folding import Group
from lineage.panorama.window import Window
from lineage.slices import addressed

PLACES = ("lanes", "page", "journeys", "open", "skip")  # only say where on the page one is


@dataclass(frozen=True)
class Addresses:
    asked: QueryDict

    def narrowed(self, **changed: Any) -> str:
        return addressed(self.asked, **(dict.fromkeys(PLACES) | changed))

    def of(self, window: Window, **changed: Any) -> str:
        always = self.narrowed(since=None, until=None, **changed) if changed else self._always
        return f"{always}{'&' if len(always) > 1 else ''}since={window.since}&until={window.until}"

    @cached_property
    def _always(self) -> str:
        """A calendar has hundreds of addresses that differ in their days alone."""
        return self.narrowed(since=None, until=None)

    def opening(self, group: Group) -> str:
        return self.narrowed(open=group.folder, skip=group.skip or None) + "#graph"
