"""README.md on the page of its folder. No fragment holds it: it is rendered where it is shown."""

from __future__ import annotations

from django.urls import reverse

from notebooks import blobs
from notebooks.addresses import addresses_in_folder
from notebooks.anchors import Anchors
from notebooks.models import SideFile
from notebooks.models.space import Viewer
from notebooks.rendering import Place, Rendered, RenderedAsset, SafeHtml, place, render_markdown

# Stands for a cell's index: its ids are told from those of a README.ipynb on the same page by it.
INDEX = -1


def shown_readme(readme: SideFile, user: Viewer) -> SafeHtml | None:
    """As safe HTML in its place; None where its bytes are gone: the folder is worth showing without it."""
    try:
        rendered = _rendered(readme)
    except blobs.BlobMissing:
        return None
    links = addresses_in_folder(readme.space, readme.folder, rendered.links, user)
    itself = reverse("side-file", args=[readme.space.slug, readme.path])
    return place(
        rendered.html,
        Place(
            index=INDEX,
            asset_url=lambda sha256: f"{itself}?image={sha256}",
            more_url=_nowhere,
            frame_url=_nowhere,
            link_url=links.get,
            anchor_url=Anchors.in_html([(INDEX, rendered.html)]).url,
        ),
    )


def image_in(readme: SideFile, sha256: str) -> RenderedAsset | None:
    """An image that is written into the README itself as a data URL: made safe, as it is shown."""
    return next((asset for asset in _rendered(readme).assets if asset.sha256 == sha256), None)


def _rendered(readme: SideFile) -> Rendered:
    return render_markdown(blobs.get(readme.sha256).decode("utf-8-sig", "replace"))


def _nowhere(_sha256: str) -> str:
    return ""
