"""nbsearch's and ep_weave's queries, which are Solr's, in our own language (formats.md 3). Pure.

They come by links: `?solrquery=lc_cell_memes:<id>`. What has no counterpart stays as it is and is read as text.
"""

from __future__ import annotations

import re

_TERM = re.compile(
    r"""(?P<field>\b[a-z_]\w*):
        (?: \[ \s* (?P<low>[^\]\s]+) \s+ TO \s+ (?P<high>[^\]\s]+) \s* \]
          | \( (?P<group>[^()]*) \)
          | (?P<value> "(?:[^"\\]|\\.)*" | (?:[^\s()"\\]|\\.)+ ) )""",
    re.VERBOSE,
)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_OPERATORS = (
    (re.compile(r"\s&&\s"), " AND "),
    (re.compile(r"\s\|\|\s"), " OR "),
    (re.compile(r"(?<!\S)[+](?=\S)"), ""),
    (re.compile(r"(?<!\S)!(?=\S)"), "-"),
)
_ESCAPED = re.compile(r"\\(.)")

_FIELDS = {
    "lc_cell_memes": "meme",
    "lc_cell_meme__current": "meme",
    "lc_notebook_meme__current": "meme",
    "owner": "owner",
    "notebook_owner": "owner",
    "filename": "path",
    "notebook_filename": "path",
    "signature_notebook_path": "path",
    "source__markdown__hashtags": "tag",
    "mtime": "updated",
    "notebook_mtime": "updated",
    "estimated_mtime": "updated",
    "ctime": "created",
    "notebook_ctime": "created",
    "lc_cell_meme__execution_end_time": "ran",
}
# Fields whose name goes on: source__markdown__heading_2, outputs__stderr.
_BEGINNINGS = (("source__markdown__heading", "heading"),)
_PLACES = (("source__code", "code"), ("source__markdown", "markdown"), ("outputs", "output"))
_EVERYWHERE = {"_text_", "source"}


def translated(query: str) -> str:
    """`query` as one would type it here."""
    pieces, done = [], 0
    for match in _TERM.finditer(query):
        pieces += [_signs(query[done : match.start()]), _term(match)]
        done = match.end()
    return " ".join("".join([*pieces, _signs(query[done:])]).split())


def _signs(text: str) -> str:
    """Between terms: Solr's other ways to write AND, OR and NOT; nothing inside of quotes is one."""
    pieces, done = [], 0
    for quoted in _QUOTED.finditer(text):
        pieces += [_changed(text[done : quoted.start()]), quoted[0]]
        done = quoted.end()
    return "".join([*pieces, _changed(text[done:])])


def _changed(text: str) -> str:
    for sign, ours in _OPERATORS:
        text = sign.sub(ours, text)
    return text


def _term(match: re.Match[str]) -> str:
    field = match["field"]
    if match["low"] is not None:
        return _range(match)
    group, value = match["group"], match["value"]
    text = f"({group})" if value is None else _plain(value)
    if field in _EVERYWHERE:
        return text
    ours = _FIELDS.get(field) or next((name for begin, name in _BEGINNINGS if field.startswith(begin)), "")
    if ours:
        return f"{ours}:{text}" if value is not None else _each(ours, group)
    place = next((name for begin, name in _PLACES if field.startswith(begin)), "")
    return f"(in:{place} {text})" if place else match[0]


def _each(field: str, group: str) -> str:
    """`owner:(a OR b)` as a group of fields."""
    words = [word if word in {"AND", "OR", "NOT"} else f"{field}:{_plain(word)}" for word in _words(group)]
    return f"({' '.join(words)})"


def _words(group: str) -> list[str]:
    return re.findall(r'"(?:[^"\\]|\\.)*"|\S+', group)


def _range(match: re.Match[str]) -> str:
    field = _FIELDS.get(match["field"], "")
    low, high = (_day(match[side]) for side in ("low", "high"))
    return f"{field}:{low}..{high}" if field in {"updated", "created", "ran"} and (low or high) else ""


def _day(moment: str) -> str:
    """Solr's `2026-03-01T00:00:00Z` by its day; "*" and sums such as NOW-7DAYS are open ends."""
    found = re.match(r"\d{4}-\d\d-\d\d", moment)
    return found[0] if found else ""


def _plain(value: str) -> str:
    return value if value.startswith('"') else _ESCAPED.sub(r"\1", value)
