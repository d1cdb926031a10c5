from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from notebooks.access import writable_space
from notebooks.api.fields import NamedField
from notebooks.models import Space
from notebooks.spaces import Members, NoWriterLeft, free_slug, is_free, save_space


class PeopleField(NamedField[User]):
    """An account by its user name."""

    def __init__(self, **kwargs: Any) -> None:
        messages: dict[str, Any] = {"does_not_exist": _("Nobody here is called “{value}”.")}
        super().__init__("username", queryset=User.objects.all(), error_messages=messages, **kwargs)


class SpaceSerializer(serializers.ModelSerializer[Space]):
    slug = serializers.SlugField(
        max_length=60, required=False, help_text="Chosen when the space is made; it never changes."
    )
    readers = PeopleField(many=True, required=False, help_text="Shown to those who are in the space.")
    writers = PeopleField(many=True, required=False, help_text="Shown to those who are in the space.")

    class Meta:
        model = Space
        fields = ("slug", "name", "is_public", "readers_may_note", "readers", "writers")

    def validate_slug(self, slug: str) -> str:
        if self.instance is None and not is_free(slug):
            raise serializers.ValidationError(_("This address is taken."))
        if self.instance is not None and slug != self.instance.slug:
            raise serializers.ValidationError(_("The address of a space never changes."))
        return slug

    def create(self, validated_data: dict[str, Any]) -> Space:
        slug = validated_data.pop("slug", "") or free_slug(validated_data["name"])
        members = Members(
            validated_data.pop("readers", ()), validated_data.pop("writers", ()) or [self._me()]
        )
        return self._saved(Space(slug=slug, **validated_data), members)

    def update(self, instance: Space, validated_data: dict[str, Any]) -> Space:
        members = Members(
            validated_data.pop("readers", instance.readers.all()),
            validated_data.pop("writers", instance.writers.all()),
            instance.reader_groups.all(),
            instance.writer_groups.all(),
        )
        for name, value in validated_data.items():
            setattr(instance, name, value)
        return self._saved(instance, members)

    def to_representation(self, instance: Space) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if not instance.is_joined:
            shown |= {"readers": [], "writers": []}
        return shown

    def _saved(self, space: Space, members: Members) -> Space:
        try:
            save_space(space, members)
        except NoWriterLeft as error:
            raise serializers.ValidationError({"writers": [_("Name at least one writer.")]}) from error
        return Space.objects.with_standing(self._me()).with_people().get(pk=space.pk)

    def _me(self) -> User:
        user: User = self.context["request"].user
        return user


class SpaceViewSet(
    mixins.ListModelMixin,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet[Space],
):
    """Who may see what: every notebook is in exactly one space."""

    queryset = Space.objects.none()
    serializer_class = SpaceSerializer
    lookup_field = "slug"
    http_method_names = ("get", "head", "options", "post", "patch")

    @extend_schema(description="Make a space. Who makes it writes to it, unless it names other writers.")
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().create(request, *args, **kwargs)

    @extend_schema(description="Change what it says of itself and who is in it.")
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().partial_update(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Space]:
        user = self.request.user
        return Space.objects.visible_to(user).with_standing(user).with_people()

    def perform_update(self, serializer: serializers.BaseSerializer[Space]) -> None:
        writable_space(self.request.user, self.kwargs["slug"])
        serializer.save()
