"""A tree as text that reads as the same tree. Pure."""

from __future__ import annotations

from search.language.lexing import quoted
from search.language.tree import And, Field, Leaf, Node, Not, Or, Phrase, Prefix, Word


def write(node: Node) -> str:
    if isinstance(node, And):
        return " ".join(f"({write(each)})" if isinstance(each, Or) else write(each) for each in node.of)
    if isinstance(node, Or):
        return " OR ".join(write(each) for each in node.of)  # what must all be there binds closer
    if isinstance(node, Not):
        return f"-({write(node.of)})" if _needs_bracket(node.of) else f"-{write(node.of)}"
    if isinstance(node, Field):
        return f"{node.name}:{','.join(_leaf(value) for value in node.values)}"
    return _leaf(node)


def _needs_bracket(node: Node) -> bool:
    """Two signs of "not" side by side would be an option: --force."""
    return isinstance(node, And | Or) or (isinstance(node, Word | Prefix) and node.text.startswith("-"))


def _leaf(leaf: Leaf) -> str:
    if isinstance(leaf, Phrase):
        return quoted(leaf.text)
    return f"{leaf.text}*" if isinstance(leaf, Prefix) else leaf.text
