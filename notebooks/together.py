"""Several notebooks that are new come in together: what each would ask of the database, all ask in the same statements
and in one transaction.

All of them or none. Where a path is not free, or a file is no notebook, they have to come in one by one: see ingest.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, Subquery

from notebooks import blobs
from notebooks.describing import describe
from notebooks.ingest import Content, Provenance, announce, new_at, owner_of, read, revision_of
from notebooks.models import Notebook, Revision, Space
from notebooks.storing import Filled, Fragments, store_all, with_fragments


@dataclass(frozen=True, slots=True)
class File:
    """A notebook on its way to a place of its own."""

    path: str  # as paths.clean() gave it, that of no other file
    raw: bytes
    provenance: Provenance


def ingest_new(space: Space, files: Sequence[File], on_store: Callable[[], None]) -> bool:
    """Stores `files`; False, with nothing done, where one of their paths is taken.

    `on_store` is called inside the transaction: what it writes stands or falls with them. Raises IntegrityError where
    somebody takes a path meanwhile, parsing.InvalidNotebook where bytes are no notebook.
    """
    if Notebook.objects.alive().filter(space=space, path__in=[file.path for file in files]).exists():
        return False
    contents = [read(space, file.path, file.raw) for file in files]
    with_fragments(lambda: _store(space, files, contents, on_store))
    return True


def _store(
    space: Space, files: Sequence[File], contents: Sequence[Content], on_store: Callable[[], None]
) -> None:
    fragments = Fragments.of_all([content.parsed for content in contents])
    for file in files:
        blobs.put(file.raw)
    with transaction.atomic():
        notebooks = _notebooks(space, files, contents)
        _revise(notebooks, files, contents)
        store_all(
            [
                Filled(notebook, content.parsed, content.assignment.identities, shown)
                for notebook, content, shown in zip(notebooks, contents, fragments, strict=True)
            ]
        )
        announce(list(zip(notebooks, contents, strict=True)))
        on_store()


def _notebooks(space: Space, files: Sequence[File], contents: Sequence[Content]) -> list[Notebook]:
    notebooks = [new_at(space, file.path) for file in files]
    for notebook, file, content in zip(notebooks, files, contents, strict=True):
        describe(notebook, content.parsed)
        notebook.owner = owner_of(notebook, file.provenance)
    owners = {notebook.owner for notebook in notebooks} - {""}
    accounts = User.objects.only("pk").in_bulk(owners, field_name="username") if owners else {}
    for notebook in notebooks:
        notebook.account = accounts.get(notebook.owner)
    return Notebook.objects.bulk_create(notebooks)


def _revise(notebooks: Sequence[Notebook], files: Sequence[File], contents: Sequence[Content]) -> None:
    Revision.objects.bulk_create(
        revision_of(notebook, 1, file.provenance, content)
        for notebook, file, content in zip(notebooks, files, contents, strict=True)
    )
    its_own = Revision.objects.filter(notebook=OuterRef("pk")).values("pk")
    Notebook.objects.filter(pk__in=[notebook.pk for notebook in notebooks]).update(revision=Subquery(its_own))
