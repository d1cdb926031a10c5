"""The team's picture, /activity/, as its page shows it."""

from lineage.panorama.page import Panorama

__all__ = ["Panorama"]
