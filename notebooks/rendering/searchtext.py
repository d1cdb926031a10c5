"""Outputs as plain text, for search. Pure."""

from collections.abc import Iterator, Sequence
from html import unescape

import nh3

from notebooks.parsing.model import Output, OutputKind
from notebooks.rendering import terminal
from notebooks.rendering.text import clean, is_too_deep
from notebooks.rendering.trees import pretty

_HIDDEN = {"script", "style", "title", "template", "noscript"}
_ENDS = ("</tr>", "</p>", "</li>", "</div>", "<br>", "</h1>", "</h2>", "</h3>", "</pre>")
_BETWEEN = ("</td>", "</th>")
_TEXTS = ("text/markdown", "text/latex", "application/javascript")


def output_text(outputs: Sequence[Output]) -> str:
    """What a reader would find in `outputs`: no escape codes, no markup."""
    return "\n".join(part for output in outputs for part in _parts(output) if part.strip())


def _parts(output: Output) -> Iterator[str]:
    if output.kind is OutputKind.STREAM:
        yield terminal.plain(output.text)
    elif output.kind is OutputKind.ERROR:
        yield terminal.plain(": ".join(part for part in (output.error_name, output.error_message) if part))
        yield terminal.plain("\n".join(output.traceback))
    else:
        yield _display(output)


def _display(output: Output) -> str:
    plain = output.data.get("text/plain")
    html = output.data.get("text/html")
    # IPython says only "<IPython.core.display.HTML object>" where the HTML holds the content.
    stands_for_html = (
        isinstance(html, str) and isinstance(plain, str) and plain.lstrip().startswith("<IPython.")
    )
    if isinstance(plain, str) and plain.strip() and not stands_for_html:
        return terminal.plain(plain)
    if isinstance(html, str):
        return html_text(html)
    for mime in _TEXTS:
        if isinstance(output.data.get(mime), str):
            return terminal.plain(output.data[mime])
    return next((pretty(value) for mime, value in output.data.items() if _is_json(mime, value)), "")


def _is_json(mime: str, value: object) -> bool:
    return (mime == "application/json" or mime.endswith("+json")) and isinstance(value, dict | list)


def html_text(html: str) -> str:
    """The words of HTML, a line for a row or a paragraph."""
    html = clean(html)
    if is_too_deep(html):
        return html
    for tag in _ENDS:
        html = html.replace(tag, f"{tag}\n")
    for tag in _BETWEEN:
        html = html.replace(tag, f"{tag}\t")
    text = unescape(nh3.clean(html, tags=set(), attributes={}, clean_content_tags=_HIDDEN, link_rel=None))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return clean("\n".join(line for line in lines if line))
