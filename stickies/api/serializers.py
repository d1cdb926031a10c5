"""Notes as JSON, and what may be sent to write and change them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from notebooks.api.fields import MemeField
from notebooks.models import Space
from notebooks.models.notebook import LARGEST_ID
from stickies.announcing import address_of
from stickies.drafts import LONGEST_BODY, LONGEST_QUOTE, LONGEST_TITLE, Labels
from stickies.filling import Filling
from stickies.models import Channel, Kind, Note, Reach

CHANNELS = [("", ""), *Channel.choices]


class NoteSerializer(serializers.ModelSerializer[Note]):
    space = serializers.SlugRelatedField[Space]("slug", read_only=True)
    notebook = serializers.SerializerMethodField(
        help_text="Where it was written; null where the caller may not see that, or there is none."
    )
    author = serializers.CharField(source="author_name")
    html = serializers.SerializerMethodField(help_text="Safe HTML, as on the page.")
    replies = serializers.IntegerField(source="reply_count", help_text="How many; `?parent=` lists them.")
    resolved = serializers.SerializerMethodField()
    outdated = serializers.SerializerMethodField(
        help_text="The cell that it was written at has another text today, or is gone."
    )
    url = serializers.SerializerMethodField(help_text="Its page.")

    class Meta:
        model = Note
        fields: tuple[str, ...] = (
            "id", "space", "notebook", "meme", "branch", "reach", "kind", "channel", "title", "author", "body",
            "html", "quote", "parent", "replies", "resolved", "outdated", "created_at", "edited_at", "url",
        )  # fmt: skip
        read_only_fields: tuple[str, ...] = fields

    def get_notebook(self, note: Note) -> int | None:
        return note.notebook_id if note.notebook_id in self.context["visible"] else None

    def get_html(self, note: Note) -> str:
        filling: Filling = self.context["filling"]
        return str(filling.html(note))

    def get_resolved(self, note: Note) -> bool:
        return note.resolved_at is not None

    def get_outdated(self, note: Note) -> bool:
        return note.pk in self.context["outdated"]

    def get_url(self, note: Note) -> str:
        return str(self.context["request"].build_absolute_uri(address_of(note)))


class NewNoteSerializer(serializers.Serializer[Note]):
    """At a cell: `notebook` with `meme` or `index`. On a notebook as a whole: `notebook` alone. On every copy of a
    cell: `meme` and `space`. On neither: `title` and `space`. An answer: `parent`."""

    space = serializers.SlugField(required=False, help_text="The notebook's, if it is not named.")
    notebook = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    index = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10**9)
    meme = MemeField(required=False, allow_null=True, help_text="A UUID or a full id.")
    reach = serializers.ChoiceField(Reach.choices, required=False)
    kind = serializers.ChoiceField(Kind.choices, required=False, default=Kind.TIP)
    channel = serializers.ChoiceField(CHANNELS, required=False, default="", allow_blank=True)
    title = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST_TITLE)
    body = serializers.CharField(max_length=LONGEST_BODY, trim_whitespace=False, help_text="Markdown.")
    quote = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST_QUOTE)
    parent = serializers.IntegerField(  # type: ignore[assignment]  # a field's name here
        required=False, allow_null=True, min_value=1
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("parent"):
            return data
        if not (data.get("notebook") or data.get("meme") or data["title"]):
            raise serializers.ValidationError(_("Send one of notebook, meme, title and parent."))
        if not (data.get("notebook") or data.get("space")):
            raise serializers.ValidationError({"space": [_("Say in which space the note is to be.")]})
        return data


class ChangedNoteSerializer(serializers.Serializer[Note]):
    body = serializers.CharField(required=False, max_length=LONGEST_BODY, trim_whitespace=False)
    kind = serializers.ChoiceField(Kind.choices, required=False)
    channel = serializers.ChoiceField(CHANNELS, required=False, allow_blank=True)
    reach = serializers.ChoiceField(Reach.choices, required=False)
    resolved = serializers.BooleanField(required=False)

    def labels(self) -> Labels:
        asked = self.validated_data
        return Labels(asked.get("kind"), asked.get("channel"), asked.get("reach"))


class NoteQuery(serializers.Serializer[Any]):
    """Which notes a list is about."""

    space = serializers.SlugField(required=False)
    notebook = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Where they were written."
    )
    meme = MemeField(required=False, help_text="A UUID means all branches, a full id that one.")
    reach = serializers.ChoiceField(Reach.choices, required=False)
    kind = serializers.ChoiceField(Kind.choices, required=False)
    channel = serializers.ChoiceField(CHANNELS, required=False, allow_blank=True)
    author = serializers.CharField(required=False, max_length=150)
    tag = serializers.CharField(required=False, max_length=LONGEST_TITLE)
    title = serializers.CharField(required=False, max_length=LONGEST_TITLE)
    resolved = serializers.BooleanField(required=False, allow_null=True, default=None)
    parent = serializers.IntegerField(  # type: ignore[assignment]
        required=False, min_value=0, max_value=LARGEST_ID, help_text="Its replies; 0: threads alone."
    )
