"""A parsed notebook's cells, fragments, assets and links as rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeVar

from django.db import IntegrityError, transaction

from notebooks import blobs, paths
from notebooks.identity import Identity
from notebooks.models import Asset, Cell, Fragment, Link, Notebook, NotebookAsset
from notebooks.parsing import ParsedCell, ParsedNotebook
from notebooks.parsing.model import OutputKind
from notebooks.rendering import Rendered, fragment_digest, output_text, render

# Longer outputs are searched by their beginning; the whole stays in the original.
LONGEST_OUTPUT_TEXT = 1_000_000
MOST_AGAIN = 2  # what is missing is made at the second try

logger = logging.getLogger(__name__)
Result = TypeVar("Result")


class FragmentsGone(IntegrityError):
    """They were tidied away since we looked: nothing but an old revision needed them."""


@dataclass(frozen=True, slots=True)
class Fragments:
    """The fragments of a notebook: one digest a cell, and what had to be rendered because nobody had yet."""

    digests: tuple[str, ...]
    rendered: Mapping[str, Rendered]
    assets: frozenset[str]  # sha256 of all that they show
    links: frozenset[str]  # all that they point at, as written

    @classmethod
    def of(cls, parsed: ParsedNotebook) -> Fragments:
        digests = tuple(fragment_digest(cell, parsed.language) for cell in parsed.cells)
        # In portions, where a database takes only so many parameters.
        kept = Fragment.objects.only("assets", "links").in_bulk(set(digests))
        known = {digest: (fragment.assets, fragment.links) for digest, fragment in kept.items()}
        rendered: dict[str, Rendered] = {}
        for cell, digest in zip(parsed.cells, digests, strict=True):
            if digest not in known:
                rendered[digest] = each = render(cell, parsed.language)
                known[digest] = [asset.sha256 for asset in each.assets], each.links
        for each in rendered.values():
            for asset in each.assets:
                blobs.put(asset.raw)
        assets = frozenset(sha256 for shown, _ in known.values() for sha256 in shown)
        return cls(
            digests, rendered, assets, frozenset(link for _, links in known.values() for link in links)
        )


def with_fragments(store: Callable[[], Result]) -> Result:
    """What `store` gives: it looks which fragments are there and, in a transaction, writes cells that name them.

    One that was there and that nothing used may be tidied away in between; then it is made at the next try.
    """
    for _ in range(MOST_AGAIN):
        try:
            return store()
        except IntegrityError:
            logger.info("A fragment went meanwhile; looking again")
    return store()


def store_cells(
    notebook: Notebook, parsed: ParsedNotebook, identities: Sequence[Identity], fragments: Fragments
) -> None:
    """The cells, links and right to assets of a notebook that has none. Inside the caller's transaction."""
    store_fragments(fragments)
    Cell.objects.bulk_create(
        _row(notebook, cell, identity, digest)
        for cell, identity, digest in zip(parsed.cells, identities, fragments.digests, strict=True)
    )
    _grant_assets(notebook, fragments.assets)
    _store_links(notebook, fragments.links)


def clear_cells(notebook: Notebook) -> None:
    """Makes room for store_cells(). The right to assets stays: old revisions show them still."""
    notebook.cells.all().delete()
    notebook.links.all().delete()


def keep_fragments(notebook: Notebook, fragments: Fragments) -> None:
    """Keeps what was rendered for one of the notebook's older revisions, and the right to its assets."""
    # Whoever rendered them: another notebook may have been the first to show the same cell.
    missing = fragments.assets - _granted(notebook)
    if fragments.rendered or missing:
        with transaction.atomic():
            store_fragments(fragments)
            _grant_assets(notebook, missing)


def store_fragments(fragments: Fragments) -> None:
    assets = {asset.sha256: asset for each in fragments.rendered.values() for asset in each.assets}
    Asset.objects.bulk_create(
        [Asset(sha256=a.sha256, media_type=a.media_type, size=len(a.raw)) for a in assets.values()],
        ignore_conflicts=True,
    )
    Fragment.objects.bulk_create(
        [
            Fragment(
                digest=digest,
                html=paths.storable(each.html),
                assets=[asset.sha256 for asset in each.assets],
                links=[paths.storable(link) for link in each.links],
                headings=[[h.level, paths.storable(h.text), h.anchor] for h in each.headings],
            )
            for digest, each in fragments.rendered.items()
        ],
        ignore_conflicts=True,
    )


def _row(notebook: Notebook, cell: ParsedCell, identity: Identity, digest: str) -> Cell:
    error_name, error_message = _error_of(cell)
    return Cell(
        notebook=notebook,
        index=cell.index,
        cell_type=cell.cell_type,
        meme=identity.uuid,
        branch=identity.branch,
        assigned=identity.assigned,
        source=paths.storable(cell.source),
        output=paths.storable(output_text(cell.outputs))[:LONGEST_OUTPUT_TEXT],
        error_name=error_name[:200],
        error_message=error_message[:1000],
        execution_count=cell.execution_count,
        executed_at=cell.executed_at,
        status=cell.status,
        fragment_id=digest,
    )


def _error_of(cell: ParsedCell) -> tuple[str, str]:
    for output in cell.outputs:
        if output.kind is OutputKind.ERROR:
            return paths.storable(output.error_name), paths.storable(output.error_message)
    return "", ""


def _grant_assets(notebook: Notebook, digests: AbstractSet[str]) -> None:
    NotebookAsset.objects.bulk_create(
        [NotebookAsset(notebook=notebook, asset_id=sha256) for sha256 in digests], ignore_conflicts=True
    )


def _granted(notebook: Notebook) -> set[str]:
    return set(NotebookAsset.objects.filter(notebook=notebook).values_list("asset_id", flat=True))


def _store_links(notebook: Notebook, links: AbstractSet[str]) -> None:
    targets = set(_targets(notebook, links))
    Link.objects.bulk_create([Link(notebook=notebook, path=path) for path in targets])


def _targets(notebook: Notebook, links: AbstractSet[str]) -> Iterator[str]:
    for link in links:
        path = paths.resolved(notebook.folder, link)
        if path is not None and path.endswith(".ipynb"):
            yield path
