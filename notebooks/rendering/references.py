"""Words of a text that name something, and pasted addresses, told apart from the rest. Pure.

Code is left as it is, and so are links with a text of their own. What is found is filled in where the text is shown.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# Cuts a text into pieces; of each, whether it is a word that names something.
Cut = Callable[[str], Iterable[tuple[str, bool]]]


def mark_references(state: StateCore) -> None:
    """A rule of the parser, which does nothing unless it is told how to cut."""
    cut: Cut | None = state.env.get("cut")
    if cut is None:
        return
    for token in state.tokens:
        if token.type == "inline" and token.children and not _has_link_of_html(token.children):
            token.children = list(_with_references(token.children, cut))


def _has_link_of_html(tokens: Iterable[Token]) -> bool:
    """A link can hold no link, and where one that is written as HTML ends is known to the sanitiser alone."""
    return any(each.type == "html_inline" and each.content[:2].lower() == "<a" for each in tokens)


def _with_references(tokens: Sequence[Token], cut: Cut) -> Iterator[Token]:
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.type == "link_open":
            end = _link_end(tokens, index)
            pasted = _pasted_address(tokens[index:end])
            yield from [_reference(pasted)] if pasted else tokens[index:end]
            index = end
            continue
        yield from _cut(token, cut) if token.type == "text" else [token]
        index += 1


def _link_end(tokens: Sequence[Token], start: int) -> int:
    """Behind the link that begins at `start`; links hold no links."""
    ends = (at for at in range(start, len(tokens)) if tokens[at].type == "link_close")
    return next(ends, len(tokens) - 1) + 1


def _pasted_address(link: Sequence[Token]) -> str:
    """The address of a link that shows nothing else; '' of any other."""
    written = link[1].content if len(link) == 3 and link[1].type == "text" else ""
    return written if link[0].info == "auto" and written.startswith(("http://", "https://")) else ""


def _cut(text: Token, cut: Cut) -> Iterator[Token]:
    for piece, is_reference in cut(text.content):
        if is_reference:
            yield _reference(piece)
        else:
            plain = Token("text", "", 0, level=text.level)
            plain.content = piece
            yield plain


def _reference(written: str) -> Token:
    token = Token("reference", "", 0)
    token.content = written
    return token
