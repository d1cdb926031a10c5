"""Fills a fragment's markers in for the place where it is shown."""

import re
from html import escape
from urllib.parse import unquote

from notebooks.rendering import blocks
from notebooks.rendering.marks import END, START
from notebooks.rendering.model import Place, Referent, SafeHtml
from notebooks.rendering.words import say

_SHA256 = "[0-9a-f]{64}"
_SOURCE = re.compile(f"{START}\\[S{END}.*?{START}\\]S{END}", re.DOTALL)
_OUTPUTS = re.compile(f"{START}\\[O{END}.*{START}\\]O{END}", re.DOTALL)
_FOLDED = re.compile(f"{START}\\[F({_SHA256}){END}(.*?){START}\\]F{END}", re.DOTALL)
_SANDBOXED = re.compile(f"{START}\\[R{_SHA256}{END}.*?{START}\\]R{END}", re.DOTALL)
_ATTRIBUTE = re.compile(f' (href|src)="{START}([lh])([^"{START}{END}]*){END}"')
_MARKER = re.compile(f"{START}([^{START}{END}]*){END}?|{END}")
_WORD = re.compile(r"([a-z_]+)(?::([0-9]{1,15}))?")


def place(html: str, place: Place) -> SafeHtml:
    """`html` with every marker filled in. What is no marker after all leaves nothing behind."""
    if START not in html and END not in html:
        return SafeHtml(html)
    html = _regions(html, place)
    html = _ATTRIBUTE.sub(lambda match: _attribute(match, place), html)
    return SafeHtml(_MARKER.sub(lambda match: _filled(match[1] or "", place), html))


def _regions(html: str, place: Place) -> str:
    if not place.has_source:
        html = _SOURCE.sub("", html)
    if place.outputs_url:
        html = _OUTPUTS.sub(lambda _: _put_away(place.outputs_url), html)
    html = _FOLDED.sub(lambda match: place.whole(match[1]) or match[2], html)
    if f"{START}[R" in html:
        html = _SANDBOXED.sub(lambda match: match[0] if place.frame_url(match[0][3:67]) else "", html)
    return html


def _put_away(url: str) -> str:
    opening = blocks.opening(escape(url), escape(say("show_outputs")))
    return f'<div class="outputs folded">{opening}</div>'


def _attribute(match: re.Match[str], place: Place) -> str:
    name, kind, value = match.groups()
    if kind == "l":
        url = (name == "src" and place.image_url(value)) or place.link_url(value)
    else:
        url = place.anchor_url(unquote(value))
    return f' {name}="{escape(url)}"' if url else ""


def _filled(marker: str, place: Place) -> str:
    kind, payload = marker[:1], marker[1:]
    if kind == "i":
        return f"cell-{place.index}"
    if kind == "w":
        return _said(payload)
    if kind == "r":
        return _referred(unquote(payload), place)
    url_of = {"a": place.asset_url, "m": place.more_url, "f": place.frame_url}.get(kind)
    if url_of is None or not re.fullmatch(_SHA256, payload):
        return ""
    return escape(url_of(payload))


def _referred(written: str, place: Place) -> str:
    """A link to what the word names; an address that names nothing here is a link all the same."""
    is_address = written.startswith(("http://", "https://"))
    found = place.reference(written) or Referent(written, written if is_address else "")
    text, rest = escape(found.text), escape(found.rest)
    if not found.url:
        return text + rest
    leaving = ' rel="noopener noreferrer"' if found.url == written else ""
    return f'<a href="{escape(found.url)}"{leaving}>{text}</a>{rest}'


def _said(payload: str) -> str:
    match = _WORD.fullmatch(payload)
    return escape(say(match[1], int(match[2]) if match[2] else None)) if match else ""
