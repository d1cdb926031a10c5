from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from notebooks import memes
from notebooks.paths import storable

Row = TypeVar("Row", bound=Model)


class NamedField(serializers.SlugRelatedField[Row]):
    """A row by its name. PostgreSQL refuses even to look for a name with a NUL in it: nothing is called so."""

    def to_internal_value(self, data: Any) -> Row:
        return super().to_internal_value(storable(data) if isinstance(data, str) else data)


class MemeField(serializers.CharField):
    """A MEME: with a branch it means exactly that one, without it the whole family."""

    def to_internal_value(self, data: Any) -> Any:
        meme = memes.parse(super().to_internal_value(data))
        if meme is None:
            raise serializers.ValidationError(_("This is no MEME."))
        return meme
