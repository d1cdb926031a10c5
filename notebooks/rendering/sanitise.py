"""HTML that somebody wrote, made safe: an allow-list, no styles, nothing loaded from elsewhere. Pure."""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterator
from html import escape, unescape
from urllib.parse import quote, unquote, unquote_to_bytes

import nh3

from notebooks.rendering import marks
from notebooks.rendering.collected import Collected
from notebooks.rendering.images import image_asset
from notebooks.rendering.svg import safe_svg
from notebooks.rendering.text import clean, clean_markup, is_too_deep

TAGS = {
    "a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "center", "cite", "code", "col",
    "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q",
    "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "summary", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
# `id` gets the cell's prefix: no id of a notebook can stand for one of the page's.
ATTRIBUTES = {
    "*": {"id", "title", "lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "details": {"open"},
    "del": {"datetime"},
    "ins": {"datetime"},
}
# What Markdown's own tables and task lists need; nothing in the list looks like a part of the page.
CLASSES = {
    "td": {"align-left", "align-center", "align-right"},
    "th": {"align-left", "align-center", "align-right"},
    "li": {"task"},
    "ul": {"tasks"},
    "ol": {"tasks"},
    "span": {"box", "done"},
}
CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    allowed_classes=CLASSES,
    clean_content_tags={
        "script",
        "style",
        "title",
        "template",
        "noscript",
        "iframe",
        "object",
        "svg",
        "math",
    },
    url_schemes={"http", "https", "mailto", "tel", "data", "attachment"},
    link_rel=None,
    id_prefix=marks.ID_PREFIX,
)
_ADDRESSED = re.compile(r"<(/?)(a|img)\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_FRAME = re.compile(r"<iframe\b[^<>]*>")
_FRAMED = re.compile(r"\ssrc=[\"']?(https?://[^\"'\s<>]+)")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_LEAVING = re.compile(r"(?:https?:)?[/\\]{2}|mailto:|tel:", re.IGNORECASE)
_DATA_IMAGE = re.compile(r"data:image/[a-z+.-]+(?P<base64>;base64)?,(?P<data>.*)", re.IGNORECASE | re.DOTALL)

Attachment = Callable[[str], bytes | None]


def no_attachment(_name: str) -> bytes | None:
    return None


def sanitised(html: str, collected: Collected, attachment: Attachment = no_attachment) -> str:
    """`html` safe to stand in a page, its images assets, its relative links markers."""
    return addressed(cleaned(with_pictures(clean_markup(html))), collected, attachment)


def cleaned(html: str) -> str:
    """`html` through the sanitiser; as its own text where it is nested too deep for any parser."""
    return f"<pre>{escape(html)}</pre>" if is_too_deep(html) else CLEANER.clean(html)


def with_pictures(html: str) -> str:
    """Drawings inside HTML as images, frames of other hosts as links; both before anything is cleaned."""
    html = _FRAME.sub(_as_link, html) if "<iframe" in html else html
    return "".join(_with_drawings(html)) if "<svg" in html else html


def _as_link(frame: re.Match[str]) -> str:
    address = _FRAMED.search(frame[0])
    return f'<p><a href="{address[1]}">{address[1]}</a></p>' if address else frame[0]


def _with_drawings(html: str) -> Iterator[str]:
    """Pieces of `html`, each drawing as an image. One that is no SVG by itself is left to the sanitiser."""
    done = 0
    while (start := html.find("<svg", done)) >= 0 and (end := html.find("</svg>", start)) >= 0:
        yield html[done:start]
        done = end + len("</svg>")
        yield _as_image(html[start:done])
    yield html[done:]


def _as_image(drawing: str) -> str:
    raw = drawing.encode("utf-8", "replace")
    if safe_svg(raw) is None:
        return drawing
    return f'<img alt="" src="data:image/svg+xml;base64,{b64encode(raw).decode()}">'


def addressed(html: str, collected: Collected, attachment: Attachment) -> str:
    """Cleaned HTML with every <a> and <img> written anew. In cleaned HTML ">" stands in no attribute."""
    if "<a" not in html and "<img" not in html:
        return html
    return _ADDRESSED.sub(_Addresses(collected, attachment), html)


class _Addresses:
    """Writes the tags <a> and <img>, one after another."""

    def __init__(self, collected: Collected, attachment: Attachment) -> None:
        self.collected = collected
        self.attachment = attachment
        self.is_in_link = False

    def __call__(self, tag: re.Match[str]) -> str:
        is_end, name, written = tag.groups()
        if is_end:
            self.is_in_link = False
            return tag[0]
        attributes = dict(_ATTRIBUTE.findall(written))
        return self._link(attributes) if name == "a" else self._image(attributes)

    def _link(self, attributes: dict[str, str]) -> str:
        self.is_in_link = True
        href = unescape(attributes.pop("href", "")).strip()
        return f"<a{self._target(href)}{_written(attributes)}>"

    def _target(self, href: str) -> str:
        if not href:
            return ""
        if _LEAVING.match(href):
            return f' href="{escape(href)}" rel="noopener noreferrer"'
        if href.startswith("#"):
            return f' href="{marks.anchor(unquote(href[1:]))}"' if len(href) > 1 else ""
        link = "" if _SCHEME.match(href) else self._noted(_relative(href))
        return f' href="{marks.link(link)}"' if link else ""

    def _noted(self, link: str) -> str:
        """Notes it as one of the cell's links."""
        if link:
            self.collected.links[link] = None
        return link

    def _image(self, attributes: dict[str, str]) -> str:
        src = unescape(attributes.pop("src", "")).strip()
        alt = attributes.pop("alt", "")
        if _LEAVING.match(src):
            return self._external(src, alt)
        address = self._source(src)
        if not address:
            return f'<span class="missing-image">{alt or marks.word("missing_image")}</span>'
        return f'<img src="{address}" alt="{alt}" loading="lazy"{_written(attributes)}>'

    def _source(self, src: str) -> str:
        if src.startswith("attachment:"):
            raw = self.attachment(unquote(src.removeprefix("attachment:")))
        elif src.lower().startswith("data:"):
            raw = _inline(src)
        elif _SCHEME.match(src):
            return ""
        else:
            path = self._noted(_path(src))
            return marks.link(path) if path else ""
        image = image_asset(raw) if raw else None
        return marks.asset(self.collected.add_asset(image.raw, image.media_type)) if image else ""

    def _external(self, src: str, alt: str) -> str:
        """Nothing is loaded from another host, which would learn of the reader. A link says where it is."""
        text = (
            f'<span class="external-image" title="{marks.word("external_image")}">{alt or escape(src)}</span>'
        )
        return text if self.is_in_link else f'<a href="{escape(src)}" rel="noopener noreferrer">{text}</a>'


def _relative(address: str) -> str:
    """A relative address without its query; what follows "#" is the place in what it leads to."""
    path, anchor = _path(address), quote(clean(unquote(address.partition("#")[2])))
    return f"{path}#{anchor}" if path and anchor else path


def _path(address: str) -> str:
    return quote(clean(unquote(address.partition("#")[0].partition("?")[0])))


def _written(attributes: dict[str, str]) -> str:
    return "".join(
        f' {name}="{value}"' for name, value in attributes.items() if name not in {"href", "src", "rel"}
    )


def _inline(src: str) -> bytes | None:
    match = _DATA_IMAGE.match(src)
    if match is None:
        return None
    if not match["base64"]:
        return unquote_to_bytes(match["data"])
    return decoded(unquote(match["data"]))


def decoded(text: str) -> bytes | None:
    """Base64 as notebooks hold it, with line breaks and without padding; None for what is none."""
    text = re.sub(r"\s+", "", text).rstrip("=")
    try:
        return b64decode(text + "=" * (-len(text) % 4), validate=True) or None
    except (Base64Error, ValueError):
        return None
