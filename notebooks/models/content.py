from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db import models
from django.db.models.expressions import RawSQL

from notebooks.models.notebook import PATH_LENGTH, Notebook, NotebookQuerySet
from notebooks.models.space import Space, Viewer
from notebooks.parsing.model import CellType, Status


class Fragment(models.Model):
    """The safe HTML of a cell, by the digest of all that it depends on. Derived: `rerender` makes it again."""

    digest = models.CharField(max_length=40, primary_key=True)
    html = models.TextField()
    assets = models.JSONField(default=list)  # sha256 of what the HTML points at
    links = models.JSONField(default=list)  # paths as written that lead to other notebooks and files
    headings = models.JSONField(default=list)  # [level, text, anchor] of a Markdown cell, in order


class Asset(models.Model):
    """An image or a large output, kept in the storage under its sha256."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()


class NotebookAsset(models.Model):
    """Through which notebooks an asset may be asked for: those whose revisions ever showed it."""

    notebook = models.ForeignKey(Notebook, on_delete=models.CASCADE, related_name="+")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notebook", "asset"], name="one_row_a_notebook_and_asset")
        ]


class CellQuerySet(models.QuerySet["Cell"]):
    def visible_to(self, user: Viewer) -> "CellQuerySet":
        # By a join, not by a list of notebooks: whoever asks for a few cells need not go through all of them.
        return self.filter(notebook__space__in=Space.objects.visible_to(user), notebook__deleted_at=None)

    def at(self, places: Iterable[tuple[int, int]]) -> "CellQuerySet":
        """Those at these places: the id of a notebook and an index each, at most a portion of them (portions.py).

        In SQL: to write twenty places as conditions of its own, Django takes 2 ms.
        """
        named = [number for place in places for number in place]
        if not named:
            return self.none()
        anywhere = " OR ".join(['(notebook_id = %s AND "index" = %s)'] * (len(named) // 2))
        # What is put in is the name of a table, by Django; the places are parameters.
        ids = f"SELECT id FROM {Cell._meta.db_table} WHERE {anywhere}"  # noqa: S608
        return self.filter(pk__in=RawSQL(ids, named))  # noqa: S611


class Cell(models.Model):
    """A cell of a notebook's current revision. Replaced whole at every ingest: nothing hangs on this row."""

    notebook = models.ForeignKey(Notebook, on_delete=models.CASCADE, related_name="cells")
    index = models.PositiveIntegerField()
    cell_type = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in CellType])
    meme = models.UUIDField(db_index=True)
    branch = models.CharField(max_length=80, blank=True)
    assigned = models.BooleanField()
    source = models.TextField()
    output = models.TextField(blank=True)  # as text, without escape codes; capped, see ingest
    error_name = models.CharField(max_length=200, blank=True)
    error_message = models.CharField(max_length=1000, blank=True)
    execution_count = models.PositiveIntegerField(null=True, blank=True)
    executed_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=[(status.value, status.value) for status in Status])
    fragment = models.ForeignKey(Fragment, on_delete=models.PROTECT, related_name="+")

    objects = CellQuerySet.as_manager()

    class Meta:
        ordering = ["index"]
        constraints = [models.UniqueConstraint(fields=["notebook", "index"], name="one_cell_at_an_index")]

    @property
    def full_meme(self) -> str:
        return f"{self.meme}-{self.branch}" if self.branch else str(self.meme)


class SideFileQuerySet(models.QuerySet["SideFile"]):
    def visible_to(self, user: Viewer) -> "SideFileQuerySet":
        return self.filter(space__in=Space.objects.visible_to(user))


class SideFile(models.Model):
    """README.md, README.svg and the images that notebooks and READMEs point at."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="side_files")
    path = models.CharField(max_length=PATH_LENGTH)
    folder = models.CharField(max_length=PATH_LENGTH, blank=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SideFileQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "path"], name="one_side_file_at_a_path")]
        indexes = [models.Index(fields=["space", "folder"], name="side_file_by_folder")]

    def __str__(self) -> str:
        return self.path


class LinkQuerySet(models.QuerySet["Link"]):
    def into(self, notebook: Notebook) -> "LinkQuerySet":
        """Links that lead to where `notebook` is, or was: who moved it left a signpost."""
        places = [(notebook.space_id, notebook.path), *notebook.free_signposts()]
        return self.filter(reduce(or_, (models.Q(notebook__space=pk, path=path) for pk, path in places)))


class Link(models.Model):
    """That a notebook points at a path of its space. The target is a value: it may come later, or go."""

    notebook = models.ForeignKey(Notebook, on_delete=models.CASCADE, related_name="links")
    path = models.CharField(max_length=PATH_LENGTH, db_index=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notebook", "path"], name="one_link_a_target")]


def linked_from(notebook: Notebook, user: Viewer) -> NotebookQuerySet:
    """The runbooks that point at `notebook`, as far as `user` may see them."""
    sources = Link.objects.into(notebook).values("notebook")
    return (
        Notebook.objects.visible_to(user).alive().filter(pk__in=sources).exclude(pk=notebook.pk).with_place()
    )
