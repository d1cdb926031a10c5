"""How a cell fared whenever it was executed, as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from execlogs.history import History, Past


class PastSerializer(serializers.Serializer[Past]):
    id = serializers.IntegerField(source="pk")
    started_at = serializers.DateTimeField()
    user = serializers.CharField(source="who")
    host = serializers.CharField()
    error = serializers.CharField(help_text="The first line that says what went wrong, where one does.")
    url = serializers.SerializerMethodField(help_text="Its page.")

    def get_url(self, past: Past) -> str:
        return str(self.context["request"].build_absolute_uri(past.url))


class HistorySerializer(serializers.Serializer[History]):
    """Over all copies that the caller may see, by whatever ids descent joins."""

    total = serializers.IntegerField(help_text="Those whose end nobody tells are in it too.")
    ok = serializers.IntegerField()
    error = serializers.IntegerField(source="failed")
    last_ok = serializers.SerializerMethodField()
    last_error = serializers.SerializerMethodField()

    @extend_schema_field(PastSerializer(allow_null=True))
    def get_last_ok(self, history: History) -> Any:
        return self._past(history.last_ok)

    @extend_schema_field(PastSerializer(allow_null=True))
    def get_last_error(self, history: History) -> Any:
        return self._past(history.last_error)

    def _past(self, past: Past | None) -> Any:
        return PastSerializer(past, context=self.context).data if past else None
