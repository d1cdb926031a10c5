"""Families as JSON: of a cell, of a notebook, or of both where one UUID is both."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import MD5
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from execlogs.history import history_of
from lineage.families.ancestors import kindred_of
from lineage.families.copies import copies_of, family_of
from lineage.families.occurrences import Family
from lineage.families.twigs import Tree
from lineage.models import Descent
from lineage.sight import Sight
from notebooks import memes
from notebooks.memes import Meme
from notebooks.models import Cell
from notebooks.parsing.model import Status
from opsnotes.api.histories import HistorySerializer
from stickies.joins import joins_of
from stickies.models import Note

MOST_TEXTS = 100


class BranchSerializer(serializers.Serializer[Any]):
    branch = serializers.CharField(help_text="What follows the UUID; empty where it was never branched.")
    parent = serializers.CharField(  # type: ignore[assignment]  # as `source` below
        allow_null=True, help_text="The nearest of these that it was branched off, by the ids alone."
    )
    cell_count = serializers.IntegerField()


class TextSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(help_text="MD5 of the source; names the text in `cells/?text=`.")
    cell_count = serializers.IntegerField()
    notebook_count = serializers.IntegerField()
    last_at = serializers.DateTimeField(help_text="When one of them was last run, or else worked on.")
    is_origin = serializers.BooleanField(help_text="The text of the least branched, oldest cell.")
    source = serializers.CharField()  # type: ignore[assignment]  # a field's name here, no setting of this one


class KinSerializer(serializers.Serializer[Any]):
    uuid = serializers.UUIDField()
    how = serializers.ChoiceField(Descent.How.choices)
    through = serializers.UUIDField(help_text="The family next to it on the way.")
    distance = serializers.IntegerField(help_text="Generations.")


class FamilySerializer(serializers.Serializer[Any]):
    """Only what the caller may see is counted and listed."""

    uuid = serializers.UUIDField()
    kind = serializers.ChoiceField(["cell", "notebook", "both"], help_text="What bears it.")
    branches = BranchSerializer(many=True)
    cell_count = serializers.IntegerField()
    notebook_count = serializers.IntegerField(
        help_text="Notebooks that have such a cell, or bear it themselves."
    )
    text_count = serializers.IntegerField()
    texts = TextSerializer(many=True, help_text=f"The last worked on first; at most {MOST_TEXTS}.")
    ancestors = KinSerializer(many=True, help_text="By what files tell beyond the ids; the nearest first.")
    descendants = KinSerializer(many=True)
    executions = HistorySerializer()
    notes = serializers.IntegerField(help_text="Threads of notes that were written at one of its copies.")


class MemberSerializer(serializers.Serializer[Any]):
    notebook = serializers.IntegerField(source="notebook_id")
    index = serializers.IntegerField()
    branch = serializers.CharField()
    assigned = serializers.BooleanField(help_text="The file carries no MEME here: we gave it this one.")
    source = serializers.CharField()  # type: ignore[assignment]
    status = serializers.ChoiceField(list(Status))


class MembersQuery(serializers.Serializer[Any]):
    branch = serializers.CharField(required=False, allow_blank=True, help_text="Empty: those never branched.")
    text = serializers.CharField(required=False, help_text="As `texts` names it.")


class MemeViewSet(viewsets.GenericViewSet[Cell]):
    """Families, as far as the caller may see them. A MEME is a base UUID or a full id."""

    queryset = Cell.objects.none()
    serializer_class = FamilySerializer
    lookup_field = "meme"
    lookup_value_converter = "str"

    @extend_schema(responses=FamilySerializer)
    def retrieve(self, request: Request, meme: str) -> Response:
        """One family: its texts, its branches, and where it comes from."""
        sight = Sight(request.user)
        told = _told(_visible(meme, sight), sight)
        return Response(FamilySerializer(told, context=self.get_serializer_context()).data)

    @extend_schema(parameters=[MembersQuery], responses=MemberSerializer(many=True))
    @action(detail=True)
    def cells(self, request: Request, meme: str) -> Response:
        """Its cells; of a full id those of its branch."""
        sight = Sight(request.user)
        asked = _visible(meme, sight).asked
        query = MembersQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(_cells(asked, query.validated_data, sight))
        return self.get_paginated_response(MemberSerializer(page, many=True).data)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What bears a MEME and may be seen."""

    asked: Meme
    family: Family
    copies: frozenset[int]  # notebooks

    @property
    def kind(self) -> str:
        if not self.copies:
            return "cell"
        return "both" if self.family.occurrences else "notebook"


def _visible(text: str, sight: Sight) -> _Seen:
    """404 for what is no MEME, and for what bears none that the reader may see."""
    asked = memes.parse(text)
    if asked is None:
        raise Http404
    seen = _Seen(
        asked,
        family_of(asked.uuid, sight),
        frozenset(copies_of(asked.uuid, sight).order_by().values_list("pk", flat=True)),
    )
    if not seen.copies and not seen.family.occurrences:
        raise Http404
    return seen


def _told(seen: _Seen, sight: Sight) -> dict[str, Any]:
    family = seen.family
    parents = Tree(family.uuid, family.branches).parents
    kindred = kindred_of(family.uuid, sight)
    return {
        "uuid": family.uuid,
        "kind": seen.kind,
        "branches": [
            {"branch": branch, "parent": parents[branch], "cell_count": count}
            for branch, count in sorted(family.branches.items())
        ],
        "cell_count": len(family.occurrences),
        "notebook_count": len(family.notebooks | seen.copies),
        "text_count": len(family.groups),
        "texts": _texts(family),
        "ancestors": [asdict(kin) for kin in kindred.ancestors],
        "descendants": [asdict(kin) for kin in kindred.descendants],
        "executions": history_of(joins_of({family.uuid}, sight.user).of(family.uuid), sight.user),
        "notes": Note.objects.visible_to(sight.user).told().filter(meme=family.uuid).count(),
    }


def _texts(family: Family) -> list[dict[str, Any]]:
    groups = family.groups[:MOST_TEXTS]
    newest = Cell.objects.filter(pk__in=[group.newest.cell for group in groups])
    sources = dict(newest.values_list("pk", "source"))
    return [
        {
            "text": group.text,
            "cell_count": len(group.occurrences),
            "notebook_count": group.notebook_count,
            "last_at": group.newest.at,
            "is_origin": group.text == family.origin.text,
            "source": sources.get(group.newest.cell, ""),
        }
        for group in groups
    ]


def _cells(asked: Meme, narrowed: dict[str, Any], sight: Sight) -> QuerySet[Cell]:
    cells = sight.cells.filter(meme=asked.uuid)
    branch = narrowed.get("branch", asked.branch or None)
    if branch is not None:
        cells = cells.filter(branch=branch)
    if "text" in narrowed:
        cells = cells.annotate(text=MD5("source")).filter(text=narrowed["text"])
    fields = "notebook_id", "index", "branch", "assigned", "source", "status"
    return cells.only(*fields).order_by("notebook_id", "index")
