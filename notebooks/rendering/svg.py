"""SVG without anything that runs, loads or links: an allow-list of elements and attributes. Pure."""

import re
from xml.etree import ElementTree as ET

LARGEST = 20_000_000  # bytes
DEEPEST = 200
_NAMESPACE = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}"
_DECLARATIONS = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
TAGS = {
    "circle", "clipPath", "defs", "desc", "ellipse", "feBlend", "feColorMatrix", "feComposite", "feFlood",
    "feGaussianBlur", "feMerge", "feMergeNode", "feOffset", "filter", "g", "image", "line",
    "linearGradient", "marker", "mask", "path", "pattern", "polygon", "polyline", "radialGradient", "rect",
    "stop", "style", "svg", "switch", "symbol", "text", "textPath", "title", "tspan", "use",
}  # fmt: skip
_REFERRING = {"use", "linearGradient", "radialGradient", "pattern", "textPath", "filter"}
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")
# In values and style sheets: only references inside the document itself.
_OUTWARD = re.compile(
    r"url\(\s*['\"]?\s*(?!#|['\")\s])|@import|expression|javascript:|-moz-binding|\\", re.IGNORECASE
)


def safe_svg(raw: bytes) -> bytes | None:
    """The drawing in `raw` with everything that is not plain drawing left out; None where there is no SVG."""
    if len(raw) > LARGEST or not (b"<svg" in raw or b":svg" in raw):
        return None
    try:
        root = ET.fromstring(_undeclared(raw))  # noqa: S314  no DTD is left, so no entity can grow
    except (ET.ParseError, ValueError, LookupError):
        return None
    if _local(root.tag) != "svg":
        return None
    kept = _kept(root, DEEPEST)
    if kept is None:
        return None
    ET.register_namespace("", _NAMESPACE)
    drawing: bytes = ET.tostring(kept, encoding="utf-8", xml_declaration=True)
    return drawing


def _undeclared(raw: bytes) -> bytes:
    """Without the document type: matplotlib writes one, and one with entities must not be read."""
    match = _DECLARATIONS.search(raw)
    if match is None:
        return raw
    end = raw.find(b">", match.start())
    if b"[" in raw[match.start() : end]:
        raise ValueError("a document type of its own")
    return raw[: match.start()] + raw[end + 1 :]


def _kept(element: ET.Element, depth: int) -> ET.Element | None:
    name = _local(element.tag)
    if name not in TAGS or depth == 0:
        return None
    kept = ET.Element(f"{{{_NAMESPACE}}}{name}", _attributes(name, element))
    kept.text, kept.tail = element.text, element.tail
    if name == "style":
        kept.text = "" if _OUTWARD.search(element.text or "") else element.text
        return kept
    kept.extend(child for child in (_kept(child, depth - 1) for child in element) if child is not None)
    return kept


def _local(tag: object) -> str:
    """The name of an SVG element; '' for one of another language, a comment or an instruction."""
    if not isinstance(tag, str):
        return ""
    namespace, _, name = tag.rpartition("}")
    return name if namespace in {"", f"{{{_NAMESPACE}"} else ""


def _attributes(name: str, element: ET.Element) -> dict[str, str]:
    kept = {}
    for key, value in element.attrib.items():
        if key in {"href", f"{_XLINK}href"}:
            if _may_point(name, value.strip()):
                kept["href"] = value.strip()
        elif _ATTRIBUTE.fullmatch(key) and not key.lower().startswith("on") and not _OUTWARD.search(value):
            kept[key] = value
    return kept


def _may_point(name: str, target: str) -> bool:
    if name == "image":
        return bool(_PICTURE.fullmatch(target))
    return name in _REFERRING and target.startswith("#")
