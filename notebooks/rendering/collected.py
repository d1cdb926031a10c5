"""What one cell's rendering gathers beside its HTML."""

from dataclasses import dataclass, field
from hashlib import sha256

from notebooks.rendering.model import Heading, Rendered, RenderedAsset


@dataclass(slots=True)
class Collected:
    assets: dict[str, RenderedAsset] = field(default_factory=dict)
    links: dict[str, None] = field(default_factory=dict)  # in order, each once
    headings: list[Heading] = field(default_factory=list)
    references: dict[str, None] = field(default_factory=dict)  # in order, each once

    def add_asset(self, raw: bytes, media_type: str) -> str:
        digest = sha256(raw).hexdigest()
        self.assets.setdefault(digest, RenderedAsset(digest, media_type, raw))
        return digest

    def rendered(self, html: str) -> Rendered:
        return Rendered(
            html, tuple(self.assets.values()), tuple(self.links), tuple(self.headings), tuple(self.references)
        )
