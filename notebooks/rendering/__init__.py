"""Cells as safe HTML. The one place in the project that makes HTML safe. Pure."""

from notebooks.rendering.model import Heading, Place, Rendered, RenderedAsset

__all__ = ["Heading", "Place", "Rendered", "RenderedAsset"]
