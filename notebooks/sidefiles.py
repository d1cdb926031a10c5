"""README.md, README.svg and images: what notebooks and folder pages point at."""

from django.db import transaction

from notebooks import paths
from notebooks.models import SideFile, Space

MEDIA_TYPES = {
    ".md": "text/markdown",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}


def is_side_file(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name == "readme.md" or (_suffix(name) in MEDIA_TYPES and _suffix(name) != ".md")


def media_type_of(path: str) -> str:
    return MEDIA_TYPES[_suffix(path)]


def store(space: Space, path: str, sha256: str, size: int) -> bool:
    """Keeps the blob `sha256` as the file at `path`; False where it already is what is there."""
    with transaction.atomic():
        kept = SideFile.objects.select_for_update().filter(space=space, path=path).first()
        if kept is not None and kept.sha256 == sha256:
            return False
        SideFile.objects.update_or_create(
            space=space,
            path=path,
            defaults={
                "folder": paths.folder_of(path),
                "sha256": sha256,
                "size": size,
                "media_type": media_type_of(path),
            },
        )
    return True


def _suffix(path: str) -> str:
    dot = path.rfind(".")
    return path[dot:].lower() if dot >= 0 else ""
