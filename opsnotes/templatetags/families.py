"""How large the family of a cell is, beside the cell."""

from collections.abc import Mapping
from uuid import UUID

from django import template

from lineage.families.copies import Size

register = template.Library()


@register.filter
def of(sizes: Mapping[UUID, Size] | str, meme: UUID) -> Size | None:
    """None where there is no other copy, and on pages that do not tell."""
    return sizes.get(meme) if isinstance(sizes, Mapping) else None
