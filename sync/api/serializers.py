"""A source as the API takes and tells it. What it has to be is said in sync/rules.py, for the form alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notebooks.api.fields import NamedField
from notebooks.api.uploads import UploadSerializer
from notebooks.models import Space
from sync import keeping, rules
from sync.models import Probe, Run, Source
from sync.results import Result, results_of
from sync.steps import How, What
from sync.testing import report_of

# Told to those who may change it: where it reads is nobody else's business.
OF_MANAGERS = (
    "address", "start", "login", "has_secret", "verify_tls", "ca_certificate", "most_requests", "patience",
    "include", "exclude", "owner_pattern", "path_mapping",
)  # fmt: skip


class SyncRunSerializer(serializers.Serializer[Result]):
    id = serializers.IntegerField()
    source = serializers.IntegerField()  # type: ignore[assignment]  # its id, and no matter of DRF's
    state = serializers.ChoiceField(Run.State.choices)
    why = serializers.ChoiceField(Run.Why.choices)
    trouble = serializers.CharField(help_text="What kept it from looking at everything, in words.")
    seen = serializers.IntegerField()
    fetched = serializers.IntegerField()
    stored = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    failed = serializers.IntegerField()
    executions = serializers.IntegerField()
    renamed = serializers.IntegerField()
    gone = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    batch = UploadSerializer(allow_null=True, help_text="Null as long as there is nothing to bring in.")

    def to_representation(self, instance: Result) -> dict[str, Any]:
        run = instance.run
        told = {
            name: getattr(run, name)
            for name in (
                "id",
                "state",
                "why",
                "seen",
                "fetched",
                "renamed",
                "gone",
                "started_at",
                "finished_at",
            )
        }
        counts = {name: getattr(instance, name) for name in ("stored", "unchanged", "failed", "executions")}
        trouble = instance.full_reason if self.context.get("is_mine") else instance.reason
        batch = UploadSerializer(run.batch, context=self.context).data if run.batch else None
        return {**told, **counts, "source": run.source_id, "trouble": trouble, "batch": batch}


class TestStepSerializer(serializers.Serializer[Any]):
    what = serializers.ChoiceField(What.choices)
    how = serializers.ChoiceField(How.choices)
    code = serializers.CharField()
    reason = serializers.CharField(help_text="What is wrong and what to do.")
    found = serializers.IntegerField(allow_null=True)


class ConnectionTestSerializer(serializers.Serializer[Probe]):
    state = serializers.ChoiceField(["queued", "running", "done", "lost"])
    is_ok = serializers.BooleanField(allow_null=True, help_text="Null until it is done.")
    asked_at = serializers.DateTimeField()
    steps = TestStepSerializer(many=True)

    def to_representation(self, instance: Probe) -> dict[str, Any]:
        report = report_of(instance)
        is_done = instance.state == Probe.State.DONE
        return {
            "state": "lost" if instance.is_lost else str(instance.state),
            "is_ok": report.is_ok if is_done else None,
            "asked_at": instance.asked_at,
            "steps": TestStepSerializer(report.steps, many=True).data,
        }


class SourceSerializer(serializers.ModelSerializer[Source]):
    space = NamedField("slug", queryset=Space.objects.all(), help_text="Its slug.")
    secret = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=1000,
        help_text="Token or password. Kept encrypted, told to nobody. Left out, the one that is kept serves on.",
    )
    has_secret = serializers.SerializerMethodField()
    is_mine = serializers.SerializerMethodField(help_text="Whether the caller may change it.")
    last_run = serializers.SerializerMethodField()

    class Meta:
        model = Source
        fields = (
            "id", "name", "kind", "space", "folder", *OF_MANAGERS, "secret", "takes_logs", "time_zone",
            "every_minutes", "is_watched", "is_paused", "next_run_at", "created_at", "is_mine", "last_run",
        )  # fmt: skip
        read_only_fields = ("next_run_at", "created_at")
        validators: list[Any] = []  # one source a folder is said by the rules, in words

    def get_has_secret(self, source: Source) -> bool:
        return bool(bytes(source.secret))

    def get_is_mine(self, source: Source) -> bool:
        return source.pk in self.context["mine"]

    @extend_schema_field(SyncRunSerializer(allow_null=True))
    def get_last_run(self, source: Source) -> Any:
        run = self.context["last_runs"].get(source.pk)
        context = {**self.context, "is_mine": source.pk in self.context["mine"]}
        return SyncRunSerializer(run, context=context).data if run else None

    def validate_kind(self, kind: str) -> str:
        if self.instance is not None and kind != self.instance.kind:
            raise serializers.ValidationError(_("The kind of a source never changes. Make another one."))
        return kind

    def create(self, validated_data: dict[str, Any]) -> Source:
        return self._kept(Source(by=self.context["request"].user), validated_data)

    def update(self, instance: Source, validated_data: dict[str, Any]) -> Source:
        return self._kept(instance, validated_data)

    def to_representation(self, instance: Source) -> dict[str, Any]:
        shown = super().to_representation(instance)
        hidden = () if shown["is_mine"] else OF_MANAGERS
        return {name: value for name, value in shown.items() if name not in hidden}

    def _kept(self, source: Source, wanted: dict[str, Any]) -> Source:
        secret = wanted.pop("secret", "")
        for name, value in wanted.items():
            setattr(source, name, value)
        try:
            rules.settle(source, self.context["request"].user, secret)
            keeping.keep(source)
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        except keeping.PlaceTaken as error:
            raise serializers.ValidationError({"folder": [rules.taken_text(None)]}) from error
        return source


def last_runs(sources: Iterable[Source]) -> dict[int, Result]:
    """The newest run of each, by its source."""
    newest = Run.objects.filter(source=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    ids = Source.objects.filter(pk__in=[source.pk for source in sources]).values_list(
        Subquery(newest), flat=True
    )
    runs = Run.objects.filter(pk__in=[pk for pk in ids if pk]).select_related("batch__space")
    return {result.run.source_id: result for result in results_of(runs)}
