"""What a basket holds: each cell as the original bytes have it, or why it cannot be had any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.conf import settings
from django.utils import timezone

from lineage.composition.chosen import Chosen, Options, Source
from lineage.composition.composing import Composed, compose
from lineage.models import BasketItem
from notebooks import blobs
from notebooks.addresses import Addresses
from notebooks.identity import Identity
from notebooks.ingest import identities_of
from notebooks.models import Fragment, Notebook, Revision
from notebooks.models.space import Viewer
from notebooks.parsing import parse
from notebooks.parsing.model import CellType, Json, ParsedCell
from notebooks.parsing.reading import read
from notebooks.rendering import SafeHtml
from notebooks.storing import Fragments


class Standing(StrEnum):
    HERE = "here"
    BINNED = "binned"  # its runbook lies in the bin
    UNREADABLE = "unreadable"  # the person may not read its runbook any more
    LOST = "lost"  # the storage has lost its bytes


@dataclass(frozen=True, slots=True)
class Collected:
    item: BasketItem
    standing: Standing
    revision: Revision | None  # None where the person may not know of it
    chosen: Chosen | None  # None unless it is here

    @property
    def url(self) -> str:
        """Of the cell, on the page of the revision that it was taken from."""
        if self.revision is None:
            return ""
        notebook = self.revision.notebook
        if self.is_current:
            return notebook.url_of_cell(self.item.index)
        return f"{self.revision.get_absolute_url()}#cell-{self.item.index}"

    @property
    def is_current(self) -> bool:
        return self.revision is not None and self.revision.pk == self.revision.notebook.revision_id


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell as it will be in the new notebook."""

    collected: Collected
    cell: ParsedCell
    html: SafeHtml

    @property
    def has_heading(self) -> bool:
        """It is prose that begins a section."""
        return self.cell.cell_type is CellType.MARKDOWN and self.cell.source.lstrip().startswith("#")


class _Original:
    """A revision's file, read once for all cells that were taken from it."""

    def __init__(self, revision: Revision) -> None:
        self._revision = revision
        raw = blobs.get(revision.sha256)
        self._document, _ = read(raw)
        self._language = parse(raw).language

    @cached_property
    def _identities(self) -> tuple[Identity, ...]:
        return identities_of(self._revision)

    @cached_property
    def _source(self) -> Source:
        notebook = self._revision.notebook
        is_current = self._revision.pk == notebook.revision_id
        page = notebook if is_current else self._revision
        return Source(
            address=settings.BASE_URL + page.get_absolute_url(),
            path=f"{notebook.space.slug}/{notebook.path}",
            revision=self._revision.number,
            language=self._language,
            metadata=self._metadata,
        )

    @property
    def _metadata(self) -> Mapping[str, Json]:
        found = self._document.get("metadata")
        return found if isinstance(found, dict) else {}

    def cell(self, index: int) -> Chosen:
        identity = self._identities[index]
        return Chosen(
            cell=self._document["cells"][index],
            index=index,
            meme=identity.meme,
            is_assigned=identity.assigned,
            neighbours=(self._id(index - 1), self._id(index + 1)),
            source=self._source,
        )

    def _id(self, index: int) -> str | None:
        return str(self._identities[index].meme) if 0 <= index < len(self._identities) else None


def collected(user: Viewer) -> tuple[Collected, ...]:
    """All that the basket of `user` holds, in order. The same few queries however much that is."""
    items = list(BasketItem.objects.of(user))
    revisions = Revision.objects.select_related("notebook__space", "notebook__revision")
    found = revisions.defer("notebook__revision__memes").in_bulk({item.revision_id for item in items})
    known = Notebook.objects.visible_to(user).filter(pk__in={each.notebook_id for each in found.values()})
    readable = set(known.values_list("pk", flat=True))
    originals = dict(_originals(found.values(), readable))
    return tuple(_collected(item, found.get(item.revision_id), readable, originals) for item in items)


def composed(held: Sequence[Collected], options: Options, by: str) -> Composed:
    """The new notebook of all that is here."""
    return compose([each.chosen for each in held if each.chosen], options, at=timezone.now(), by=by)


def shown(held: Sequence[Collected], result: Composed) -> tuple[Shown, ...]:
    """Its cells as they would look, but for a title. Relative links lead nowhere, as in another folder."""
    here = [(each, each.revision.notebook) for each in held if each.chosen and each.revision]
    parsed = parse(result.raw)
    cells = parsed.cells[len(parsed.cells) - len(here) :]
    fragments = Fragments.of(parsed)
    digests = fragments.digests[len(parsed.cells) - len(here) :]
    known = dict(Fragment.objects.filter(pk__in=set(digests)).values_list("pk", "html"))
    htmls = known | {digest: each.html for digest, each in fragments.rendered.items()}
    return tuple(
        Shown(each, cell, Addresses(notebook, (), {}).filling()(number, htmls.get(digest, "")))
        for number, ((each, notebook), cell, digest) in enumerate(zip(here, cells, digests, strict=True))
    )


def _originals(revisions: Collection[Revision], readable: Collection[int]) -> Iterator[tuple[int, _Original]]:
    for revision in revisions:
        if revision.notebook_id in readable and not revision.notebook.is_deleted:
            try:
                yield revision.pk, _Original(revision)
            except blobs.BlobMissing:
                continue


def _collected(
    item: BasketItem, revision: Revision | None, readable: Collection[int], originals: Mapping[int, _Original]
) -> Collected:
    if revision is None or revision.notebook_id not in readable:
        return Collected(item, Standing.UNREADABLE, None, None)
    if revision.notebook.is_deleted:
        return Collected(item, Standing.BINNED, revision, None)
    if revision.pk not in originals:
        return Collected(item, Standing.LOST, revision, None)
    return Collected(item, Standing.HERE, revision, originals[revision.pk].cell(item.index))
