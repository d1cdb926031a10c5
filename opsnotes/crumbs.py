"""Where a page stands: the way from its space down."""

from dataclasses import dataclass

from django.urls import reverse

from notebooks.models import Space


@dataclass(frozen=True, slots=True)
class Crumb:
    name: str
    url: str


def crumbs_of(space: Space, folder: str) -> tuple[Crumb, ...]:
    """The space and every folder down to `folder`."""
    names = folder.split("/") if folder else []
    ways = ["/".join(names[:depth]) + "/" for depth in range(1, len(names) + 1)]
    below = [
        Crumb(name, reverse("browse", args=[space.slug, way])) for name, way in zip(names, ways, strict=True)
    ]
    return (Crumb(space.name, space.get_absolute_url()), *below)
