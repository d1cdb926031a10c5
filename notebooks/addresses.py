"""Where a fragment's markers lead: assets, other notebooks, side files, headings of the same notebook."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from urllib.parse import quote, unquote

from django.conf import settings
from django.urls import reverse

from notebooks import blobs, paths
from notebooks.anchors import headings_of
from notebooks.models import Asset, Fragment, Notebook, SideFile, Space
from notebooks.models.space import Viewer
from notebooks.paging import link_to
from notebooks.rendering import Place, SafeHtml, place, whole_output
from notebooks.rendering.marks import links_in

_ANY = "0" * 64


class Filling(Protocol):
    """Makes the HTML of a fragment in its place. With `outputs_url` its outputs are to be asked for there."""

    def __call__(self, index: int, html: str, outputs_url: str = "") -> SafeHtml: ...


@dataclass(frozen=True)
class Addresses:
    notebook: Notebook
    fragments: Sequence[Fragment]
    links: Mapping[str, str]  # as written -> address

    @classmethod
    def of(cls, notebook: Notebook, fragments: Sequence[Fragment], user: Viewer) -> Addresses:
        written = {link for fragment in fragments for link in fragment.links}
        return cls(notebook, fragments, link_addresses(notebook, written, user))

    @classmethod
    def within(cls, notebook: Notebook, html: str, user: Viewer) -> Addresses:
        """For a piece that is shown by itself."""
        return cls(notebook, (), link_addresses(notebook, links_in(html), user))

    def filling(
        self,
        anchor_url: Callable[[str], str | None] | None = None,
        *,
        has_source: bool = True,
        is_whole: bool = False,
    ) -> Filling:
        """What fills a fragment's markers in. A whole one needs no server any more: images lie inside it."""
        asset_url = self._inline if is_whole else _address("asset", self.notebook.pk)
        more_url = _address("output", self.notebook.pk)
        frame_url = _nothing if is_whole else _address("frame", self.notebook.pk)

        def fill(index: int, html: str, outputs_url: str = "") -> SafeHtml:
            return place(
                html,
                Place(
                    index=index,
                    asset_url=asset_url,
                    more_url=more_url,
                    frame_url=frame_url,
                    link_url=self._absolute if is_whole else self.links.get,
                    image_url=self._inline_file if is_whole else _none,
                    anchor_url=anchor_url or _none,
                    whole=self._whole if is_whole else _none,
                    has_source=has_source,
                    outputs_url=outputs_url,
                ),
            )

        return fill

    @cached_property
    def _media_types(self) -> dict[str, str]:
        digests = {sha256 for fragment in self.fragments for sha256 in fragment.assets}
        return dict(Asset.objects.filter(pk__in=digests).values_list("pk", "media_type"))

    def _inline(self, sha256: str) -> str:
        media_type = self._media_types.get(sha256, "")
        if not media_type.startswith("image/"):
            return ""
        return _data_url(media_type, sha256)

    @cached_property
    def _images(self) -> dict[str, SideFile]:
        """Side files that the links name, by link: as far as the reader may see them, as all of `links`."""
        targets = {link: paths.resolved(self.notebook.folder, link) for link in self.links}
        files = SideFile.objects.filter(space=self.notebook.space, media_type__startswith="image/")
        by_path = {file.path: file for file in files.filter(path__in=set(targets.values()) - {None})}
        return {link: by_path[target] for link, target in targets.items() if target in by_path}

    def _inline_file(self, link: str) -> str | None:
        file = self._images.get(link)
        return _data_url(file.media_type, file.sha256) if file else None

    def _absolute(self, link: str) -> str | None:
        """From a copy that somebody took away back to this server."""
        address = self.links.get(link)
        return settings.BASE_URL + address if address else None

    def _whole(self, sha256: str) -> str | None:
        media_type = self._media_types.get(sha256)
        return whole_output(blobs.get(sha256), media_type) if media_type else None


def link_addresses(notebook: Notebook, links: Iterable[str], user: Viewer) -> dict[str, str]:
    """Addresses of what relative `links` name, as far as `user` may see it."""
    return addresses_in_folder(notebook.space, notebook.folder, links, user)


def addresses_in_folder(space: Space, folder: str, links: Iterable[str], user: Viewer) -> dict[str, str]:
    """The same for a README of `folder`. Four queries, however many links."""
    targets = {link: target for link in links if (target := paths.resolved(folder, link))}
    wanted = set(targets.values())
    if not wanted:
        return {}
    notebooks = Notebook.objects.visible_to(user).alive().filter(space=space)
    folders = notebooks.filter(folder__in=wanted).order_by().values_list("folder", flat=True).distinct()
    known = {folder: reverse("browse", args=[space.slug, f"{folder}/"]) for folder in folders}
    files = (
        SideFile.objects.visible_to(user).filter(space=space, path__in=wanted).values_list("path", flat=True)
    )
    known |= {path: reverse("side-file", args=[space.slug, path]) for path in files}
    named = notebooks.filter(path__in=wanted).only("pk", "path", "title", "cell_count")
    found = {each.path: each for each in named}
    known |= {path: each.get_absolute_url() for path, each in found.items()}
    hashes = _hashes({link: found[path] for link, path in targets.items() if path in found})
    return {link: known[path] + hashes.get(link, "") for link, path in targets.items() if path in known}


def _hashes(links: Mapping[str, Notebook]) -> dict[str, str]:
    """What follows the addresses of notebooks in links to a place in them: "#" and a heading that is there."""
    written = {link: unquote(link.partition("#")[2]) for link in links if "#" in link}
    anchors = headings_of({links[link].pk for link in written})
    ids = {
        link: anchors[links[link].pk].element_id(anchor)
        for link, anchor in written.items()
        if links[link].pk in anchors
    }
    return {
        link: link_to(quote(element_id), links[link].cell_count)
        for link, element_id in ids.items()
        if element_id
    }


def _address(name: str, pk: int) -> Callable[[str], str]:
    """reverse() for any digest: it is asked for hundreds of times a page."""
    pattern = reverse(name, args=[pk, _ANY])
    return lambda sha256: pattern.replace(_ANY, sha256)


def _data_url(media_type: str, sha256: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(blobs.get(sha256)).decode()}"


def _nothing(_sha256: str) -> str:
    return ""


def _none(_sha256: str) -> str | None:
    return None
