"""Markdown as Jupyter reads it, as safe HTML: tables, task lists, formulas, raw HTML, attachments. Pure."""

import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from notebooks.rendering import marks
from notebooks.rendering.anchors import anchor_of
from notebooks.rendering.blocks import pre, wrapped_tables
from notebooks.rendering.code import highlighted
from notebooks.rendering.collected import Collected
from notebooks.rendering.math import mathml
from notebooks.rendering.model import Heading, Rendered
from notebooks.rendering.references import Cut, mark_references
from notebooks.rendering.sanitise import Attachment, addressed, cleaned, decoded, no_attachment, with_pictures
from notebooks.rendering.text import clean_markup

LONG = 20_000
MOST_ENVIRONMENTS = 200
MOST_IMAGES = 2_000  # the parser looks for the end of each to the end of the text
LONGEST = 500_000  # characters; longer prose is shown as it was written
_SLOT = re.compile(f"{marks.START}s([0-9]+){marks.END}")
_HEADING_TAG = re.compile(r"<(/?)h([1-6])(?=[ >])")
_PASTED = re.compile(r"data:image/[a-z+.-]{1,20};base64,([A-Za-z0-9+/=]{200,})")
_TASK = re.compile(r"\[([ xX])\][ \t]+")


@dataclass(slots=True)
class _Page:
    """One text while it is rendered. Slots hold HTML that is safe already and must pass the sanitiser by."""

    collected: Collected
    slots: list[str] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)

    def slot(self, html: str) -> str:
        self.slots.append(html)
        return f"{marks.START}s{len(self.slots) - 1}{marks.END}"

    def anchor(self, text: str) -> str:
        """Jupyter's own: the heading's text with dashes for spaces; the second of a name gets a number."""
        name = anchor_of(text) or "section"
        seen = self.anchors[name] = self.anchors.get(name, 0) + 1
        return name if seen == 1 else f"{name}-{seen - 1}"


def render_markdown(
    text: str, attachment: Attachment = no_attachment, references: Cut | None = None
) -> Rendered:
    """Prose of a README or a cell, or of a note: with `references`, words that name something are told apart."""
    collected = Collected()
    return collected.rendered(markdown(text, collected, attachment, references))


def markdown(
    text: str, collected: Collected, attachment: Attachment = no_attachment, references: Cut | None = None
) -> str:
    text = clean_markup(text)
    if len(text) > LONG:
        text, attachment = _with_images_apart(text, attachment)
    if len(text) > LONGEST or text.count("![") > MOST_IMAGES:
        return pre("raw", escape(text, quote=False), text)
    page = _Page(collected)
    html = cleaned(with_pictures(_parser_for(text).render(text, {"page": page, "cut": references})))
    html = _HEADING_TAG.sub(_shifted, html) if "<h" in html else html
    html = wrapped_tables(addressed(html, collected, attachment))
    return _SLOT.sub(lambda match: page.slots[int(match[1])], html) if page.slots else html


def _with_images_apart(text: str, attachment: Attachment) -> tuple[str, Attachment]:
    """Pasted images as attachments: megabytes of base64 are no prose to parse."""
    images: dict[str, bytes] = {}

    def apart(match: re.Match[str]) -> str:
        raw = decoded(match[1])
        if raw is None:
            return match[0]
        name = f"pasted-{len(images)}"
        images[name] = raw
        return f"attachment:{name}"

    return _PASTED.sub(apart, text), lambda name: images.get(name) or attachment(name)


def _shifted(tag: re.Match[str]) -> str:
    """The page has an h1 of its own."""
    return f"<{tag[1]}h{min(int(tag[2]) + 1, 6)}"


class _Renderer(RendererHTML):
    """markdown-it's own renderer, but for code, formulas and headings."""

    def heading_open(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        page: _Page = env["page"]
        token = tokens[idx]
        text = _plain(tokens[idx + 1].children or ()).strip()
        anchor = page.anchor(text)
        token.meta["anchor"] = anchor
        if text:
            page.collected.headings.append(Heading(int(token.tag[1]), text, anchor))
        return f'<{token.tag} id="{anchor}">'

    def heading_close(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        anchor = tokens[idx - 2].meta["anchor"]
        target, label = f"#{marks.ID_PREFIX}{anchor}", marks.word("permalink")
        link = f'<a class="anchor" href="{target}" aria-label="{label}">#</a>'
        return f" {env['page'].slot(link)}</{tokens[idx].tag}>\n"

    def fence(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        token = tokens[idx]
        language = token.info.strip().partition(" ")[0].strip("{}.")
        source = token.content.removesuffix("\n")
        return str(env["page"].slot(pre("fenced", highlighted(source, language), source)))

    def code_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        return self.fence(tokens, idx, options, env)

    def math_inline(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        return str(env["page"].slot(mathml(tokens[idx].content, is_block=False)))

    def math_block(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        return str(env["page"].slot(mathml(tokens[idx].content.strip(), is_block=True)))

    def reference(
        self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        page: _Page = env["page"]
        written = tokens[idx].content
        page.collected.references[written] = None
        return page.slot(marks.reference(written))

    # A <p> cannot hold the <div> of a displayed formula: in a sentence it is displayed inline.
    math_inline_double = math_inline


def _plain(tokens: Sequence[Token]) -> str:
    """The text of inline tokens, without markup."""
    parts = []
    for token in tokens:
        if token.type in {"text", "code_inline", "math_inline", "text_special"}:
            parts.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif token.type == "image":
            parts.append(_plain(token.children or ()) or token.content)
    return "".join(parts)


def _classes_for_styles(state: StateCore) -> None:
    """Column alignment as a class: the page forbids style attributes."""
    for token in state.tokens:
        if token.type in {"th_open", "td_open"} and "style" in token.attrs:
            token.attrs = {"class": "align-" + str(token.attrs["style"]).removeprefix("text-align:")}


def _tasks(state: StateCore) -> None:
    """List items that begin with [ ] or [x]."""
    lists: list[Token] = []
    for index, token in enumerate(state.tokens):
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            lists.append(token)
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            lists.pop()
        elif (
            token.type == "list_item_open"
            and index + 2 < len(state.tokens)
            and _task(state.tokens[index + 2])
        ):
            token.attrSet("class", "task")
            lists[-1].attrSet("class", "tasks")


def _task(inline: Token) -> bool:
    """Turns the brackets at the start of an item's text into a box, if they are there."""
    first = inline.children[0] if inline.type == "inline" and inline.children else None
    match = _TASK.match(first.content) if first and first.type == "text" else None
    if first is None or match is None or inline.children is None:
        return False
    first.content = first.content[match.end() :]
    is_done = match[1] != " "
    box = Token("html_inline", "", 0)
    box.content = '<span class="box done">☑</span> ' if is_done else '<span class="box">☐</span> '
    inline.children.insert(0, box)
    return True


def _parser(*, has_environments: bool = True) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 60}, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"])
    parser.use(
        dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True
    )
    if has_environments:
        parser.use(amsmath_plugin)
    parser.use(gfm_autolink_plugin)
    for name in ("math_inline", "math_inline_double", "math_block", "reference"):
        parser.renderer.rules[name] = getattr(parser.renderer, name)  # type: ignore[attr-defined]
    parser.renderer.rules["amsmath"] = parser.renderer.math_block  # type: ignore[attr-defined]
    parser.validateLink = _any_link  # type: ignore[method-assign]
    parser.core.ruler.push("classes_for_styles", _classes_for_styles)
    parser.core.ruler.push("tasks", _tasks)
    # Before escapes are joined to the text around them: "\\#" begins no tag.
    parser.core.ruler.before("text_join", "references", mark_references)
    return parser


def _any_link(url: str) -> bool:  # noqa: ARG001
    """The sanitiser decides, for all that can hold an address."""
    return True


PARSER = _parser()
WITHOUT_ENVIRONMENTS = _parser(has_environments=False)


def _parser_for(text: str) -> MarkdownIt:
    # For each \\begin that has no \\end the plugin reads on to the last line.
    return PARSER if text.count("\\begin{") < MOST_ENVIRONMENTS else WITHOUT_ENVIRONMENTS


def attachment_of(
    attachments: Mapping[str, Mapping[str, Any]], decode: Callable[[str], bytes | None]
) -> Attachment:
    """The bytes of a cell's attachments by name."""

    def attachment(name: str) -> bytes | None:
        for content in attachments.get(name, {}).values():
            raw = decode(content) if isinstance(content, str) else None
            if raw:
                return raw
        return None

    return attachment
