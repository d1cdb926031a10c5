from typing import Any, TypeVar

from django.db.models import Model
from rest_framework import serializers

from notebooks.paths import storable

Row = TypeVar("Row", bound=Model)


class NamedField(serializers.SlugRelatedField[Row]):
    """A row by its name. PostgreSQL refuses even to look for a name with a NUL in it: nothing is called so."""

    def to_internal_value(self, data: Any) -> Row:
        return super().to_internal_value(storable(data) if isinstance(data, str) else data)
