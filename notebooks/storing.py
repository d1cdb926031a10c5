"""A parsed notebook's cells, fragments, assets and links as rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeVar

from django.db import IntegrityError, transaction

from notebooks import blobs, paths
from notebooks.identity import Identity
from notebooks.models import Asset, Cell, Fragment, Link, Notebook, NotebookAsset
from notebooks.parsing import ParsedCell, ParsedNotebook
from notebooks.parsing.model import OutputKind
from notebooks.portions import portions
from notebooks.rendering import Rendered, fragment_digest, output_text, render

# Longer outputs are searched by their beginning; the whole stays in the original.
LONGEST_OUTPUT_TEXT = 1_000_000
MOST_AGAIN = 2  # what is missing is made at the second try

logger = logging.getLogger(__name__)
Result = TypeVar("Result")
_Pointed = tuple[Sequence[str], Sequence[str]]  # the sha256 of assets that a fragment shows; links as written


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
        [found] = cls.of_all([parsed])
        return found

    @classmethod
    def of_all(cls, notebooks: Sequence[ParsedNotebook]) -> list[Fragments]:
        """Of several notebooks: what the first of them had rendered is known of the others."""
        digests = [
            tuple(fragment_digest(cell, parsed.language) for cell in parsed.cells) for parsed in notebooks
        ]
        known = _known({digest for some in digests for digest in some})
        return [cls._of(parsed, some, known) for parsed, some in zip(notebooks, digests, strict=True)]

    @classmethod
    def _of(cls, parsed: ParsedNotebook, digests: tuple[str, ...], known: dict[str, _Pointed]) -> Fragments:
        rendered: dict[str, Rendered] = {}
        for cell, digest in zip(parsed.cells, digests, strict=True):
            if digest not in known:
                rendered[digest] = each = render(cell, parsed.language)
                known[digest] = [asset.sha256 for asset in each.assets], each.links
        for each in rendered.values():
            for asset in each.assets:
                blobs.put(asset.raw)
        pointed = [known[digest] for digest in set(digests)]
        assets = frozenset(sha256 for shown, _ in pointed for sha256 in shown)
        return cls(digests, rendered, assets, frozenset(link for _, links in pointed for link in links))


def _known(digests: Collection[str]) -> dict[str, _Pointed]:
    return {
        digest: (assets, links)
        for some in portions(digests)
        for digest, assets, links in Fragment.objects.filter(pk__in=some).values_list(
            "digest", "assets", "links"
        )
    }


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


@dataclass(frozen=True, slots=True)
class Filled:
    """A notebook that has no cells yet, and what it is filled with."""

    notebook: Notebook
    parsed: ParsedNotebook
    identities: Sequence[Identity]
    fragments: Fragments

    def rows(self) -> Iterator[Cell]:
        cells = zip(self.parsed.cells, self.identities, self.fragments.digests, strict=True)
        return (_row(self.notebook, cell, identity, digest) for cell, identity, digest in cells)


def store_cells(
    notebook: Notebook, parsed: ParsedNotebook, identities: Sequence[Identity], fragments: Fragments
) -> None:
    """The cells, links and right to assets of a notebook that has none. Inside the caller's transaction."""
    store_all([Filled(notebook, parsed, identities, fragments)])


def store_all(filled: Sequence[Filled]) -> None:
    """The same of several notebooks."""
    store_fragments([each.fragments for each in filled])
    Cell.objects.bulk_create(row for each in filled for row in each.rows())
    for each in filled:
        _grant_assets(each.notebook, each.fragments.assets)
    Link.objects.bulk_create(
        [link for each in filled for link in _links(each.notebook, each.fragments.links)]
    )


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
            store_fragments([fragments])
            _grant_assets(notebook, missing)


def store_fragments(fragments: Sequence[Fragments]) -> None:
    """In one order, so that two who store the same don't wait for each other."""
    rendered = dict(sorted((digest, each) for some in fragments for digest, each in some.rendered.items()))
    assets = {asset.sha256: asset for each in rendered.values() for asset in each.assets}
    Asset.objects.bulk_create(
        [Asset(sha256=a.sha256, media_type=a.media_type, size=len(a.raw)) for _, a in sorted(assets.items())],
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
            for digest, each in rendered.items()
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
        output=output_of(cell),
        error_name=error_name[:200],
        error_message=error_message[:1000],
        execution_count=cell.execution_count,
        executed_at=cell.executed_at,
        status=cell.status,
        fragment_id=digest,
    )


def output_of(cell: ParsedCell) -> str:
    """As it is searched."""
    return paths.storable(output_text(cell.outputs))[:LONGEST_OUTPUT_TEXT]


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


def _links(notebook: Notebook, links: AbstractSet[str]) -> Iterator[Link]:
    return (Link(notebook=notebook, path=path) for path in set(_targets(notebook, links)))


def _targets(notebook: Notebook, links: AbstractSet[str]) -> Iterator[str]:
    for link in links:
        path = paths.resolved(notebook.folder, link)
        if path is not None and path.endswith(".ipynb"):
            yield path
