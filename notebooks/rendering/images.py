"""Bytes that are an image, known by how they begin: what a notebook calls them decides nothing. Pure."""

from dataclasses import dataclass

from notebooks.rendering.svg import safe_svg

SVG = "image/svg+xml"


@dataclass(frozen=True, slots=True)
class Image:
    raw: bytes
    media_type: str


def image_asset(raw: bytes) -> Image | None:
    """The image in `raw`, an SVG made safe; None where there is none that browsers show."""
    media_type = media_type_of(raw)
    if media_type:
        return Image(raw, media_type)
    drawing = safe_svg(raw)
    return Image(drawing, SVG) if drawing else None


def media_type_of(raw: bytes) -> str:
    """The media type of a raster image; '' for anything else."""
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if raw.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if raw.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "image/webp"
    return ""
