"""What is indexed, declared for Haystack; search.documents says how it is made."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import models
from haystack import indexes
from haystack.constants import ID
from haystack.exceptions import SkipDocument

from execlogs.models import Execution, Transcript
from notebooks.models import Cell, Notebook
from search.documents import Document, documents_of
from search.engines.fields import (
    KeywordField,
    LabelsField,
    MomentField,
    NumberField,
    PartsField,
    PrecedenceField,
    TextField,
)
from search.logs import log_documents_of, logged
from search.naming import AnyName, LogName, NoteName, identifier_of, named
from search.notes import note_documents_of
from stickies.models import Note


class _Documents(indexes.SearchIndex):  # type: ignore[misc]
    """Cells, notebooks, notes and logs lie in one index, so all have the same fields."""

    source = TextField(document=True, boost=2.0)  # code or prose, or a note's words
    error = TextField(boost=3.0)
    output = TextField(boost=1.0)
    title = TextField(boost=8.0)  # of a notebook, or a note's page; a cell has it as context
    headings = TextField(boost=5.0)
    place = TextField(boost=4.0)  # path and owner of a notebook; author, tags and kind of a note
    context = TextField(own=False, boost=0.5)  # the headings above a cell and its owner, what a note quotes
    titled = TextField(own=False, boost=0.5)  # of the runbook that a cell stands in, or a note
    placed = TextField(own=False, boost=0.5)  # its path
    parts = PartsField(boost=0.5)
    kind = KeywordField()  # notebook, note, log, or a cell's type
    note_kind = KeywordField()  # hazard, question, tip, decision
    language = KeywordField()
    status = KeywordField()
    owner = KeywordField()  # of a note who wrote it
    meme = KeywordField()
    full_meme = KeywordField()  # with its branch
    wording = KeywordField()  # of a cell without a MEME a digest of its text: notes stand at equal texts
    owners = KeywordField()  # these three folded: how they are asked for
    languages = KeywordField()
    kernels = KeywordField()
    folders = LabelsField()  # that it lies in, from the outermost on
    tags = LabelsField()  # folded, without "#"
    hosts = LabelsField()  # these four as search/entities recognises them, folded
    commands = LabelsField()
    services = LabelsField()
    packages = LabelsField()
    has = LabelsField()  # error, output, image
    standing = LabelsField()  # see search/standing.py
    space = NumberField(is_scope=True)
    notebook = (
        NumberField()
    )  # none of a note: it is there for its own space's readers, wherever its runbook goes
    note = NumberField()
    log = NumberField()  # the execution's id
    year = NumberField()
    fold = NumberField(stored=True)  # the same of all copies of a cell and its executions: search/folding.py
    precedence = PrecedenceField()  # fresher, and what lately succeeded
    recency = NumberField()  # orders newest first, a notebook's cells as they stand in it
    updated = MomentField()
    created = MomentField()  # when it first came in, or was written

    def full_prepare(self, obj: Any) -> Document:
        """For Haystack's own commands, which hand over row by row; refresh.py makes documents in bulk."""
        identifier = identifier_of(obj)
        for document in _documents_with(named(identifier)):
            if document[ID] == identifier:
                return document
        raise SkipDocument(identifier)


def _documents_with(name: AnyName) -> Iterable[Document]:
    if isinstance(name, NoteName):
        return note_documents_of([name.note])
    if isinstance(name, LogName):
        return log_documents_of([name.execution])
    return documents_of([name.notebook])


class CellIndex(_Documents, indexes.Indexable):  # type: ignore[misc]
    def get_model(self) -> type[models.Model]:
        return Cell

    def index_queryset(self, using: str | None = None) -> models.QuerySet[Cell]:
        return Cell.objects.filter(notebook__in=Notebook.objects.alive())

    def texts_of(self, keys: Collection[str]) -> dict[str, str]:
        """By the key of a hit, what to highlight in."""
        places = [(int(notebook), int(index)) for notebook, index in (key.split("-") for key in keys)]
        rows = Cell.objects.at(places).values_list("notebook_id", "index", "source", "output")
        return {
            f"{notebook}-{index}": f"{source}\n{output}".strip() for notebook, index, source, output in rows
        }


class NotebookIndex(_Documents, indexes.Indexable):  # type: ignore[misc]
    def get_model(self) -> type[models.Model]:
        return Notebook

    def index_queryset(self, using: str | None = None) -> models.QuerySet[Notebook]:
        return Notebook.objects.alive()

    def texts_of(self, keys: Collection[str]) -> dict[str, str]:
        return {
            str(pk): title for pk, title in Notebook.objects.filter(pk__in=keys).values_list("pk", "title")
        }


class NoteIndex(_Documents, indexes.Indexable):  # type: ignore[misc]
    def get_model(self) -> type[models.Model]:
        return Note

    def index_queryset(self, using: str | None = None) -> models.QuerySet[Note]:
        return Note.objects.alive()

    def texts_of(self, keys: Collection[str]) -> dict[str, str]:
        return {str(pk): body for pk, body in Note.objects.filter(pk__in=keys).values_list("pk", "body")}


class LogIndex(_Documents, indexes.Indexable):  # type: ignore[misc]
    def get_model(self) -> type[models.Model]:
        return Execution

    def index_queryset(self, using: str | None = None) -> models.QuerySet[Execution]:
        return logged()

    def texts_of(self, keys: Collection[str]) -> dict[str, str]:
        rows = Transcript.objects.filter(pk__in=[int(key) for key in keys]).values_list("pk", "output")
        return {str(pk): output for pk, output in rows}
