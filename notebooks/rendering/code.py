"""Source code as HTML: by the notebook's language, by cell magics, and the commands inside Python. Pure."""

import re
from functools import lru_cache
from html import escape

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, _TokenType
from pygments.util import ClassNotFound

from notebooks.rendering.magics import command_of, language_below

# Lexers are regular expressions, not all written for hostile text: those of well-trodden languages only.
LANGUAGES = {
    "apacheconf", "awk", "bash", "batch", "c", "clojure", "cmake", "console", "cpp", "csharp", "css",
    "diff", "docker", "dart", "elixir", "erlang", "fortran", "go", "groovy", "haskell", "html", "http",
    "ini", "java", "javascript", "jinja", "json", "julia", "kotlin", "lua", "make", "markdown", "matlab",
    "nginx", "objective-c", "ocaml", "octave", "perl", "php", "postgresql", "powershell", "properties",
    "prolog", "python", "r", "ruby", "rust", "scala", "scheme", "sql", "swift", "terraform", "tex", "toml",
    "typescript", "xml", "yaml",
}  # fmt: skip
ALIASES = {
    "c++": "cpp", "cfg": "ini", "c#": "csharp", "dockerfile": "docker", "hcl": "terraform",
    "ipython": "python", "js": "javascript", "ksh": "bash", "latex": "tex", "makefile": "make",
    "md": "markdown", "node": "javascript", "ps1": "powershell", "pwsh": "powershell", "py": "python",
    "python2": "python", "python3": "python", "rb": "ruby", "rs": "rust", "sh": "bash", "shell": "bash",
    "shell-session": "console", "ssh": "bash", "svg": "xml", "ts": "typescript", "yml": "yaml",
    "zsh": "bash",
}  # fmt: skip
LONGEST_HIGHLIGHTED = 100_000  # characters; longer sources are data

_MASK = re.compile("#\x02([0-9]+)\x03")
_CLASSES = {
    "k",
    "s",
    "m",
    "c",
    "nb",
    "nf",
    "nc",
    "nd",
    "nn",
    "nt",
    "na",
    "o",
    "gi",
    "gd",
    "gh",
    "gp",
    "sh",
    "mg",
}


def highlighted(source: str, language: str) -> str:
    """`source` as the inside of a <pre>. `source` is clean() text."""
    if len(source) > LONGEST_HIGHLIGHTED:
        return escape(source, quote=False)
    magic, below, rest = language_below(source, language)
    if magic:
        first = f'<span class="mg">{escape(magic, quote=False)}</span>'
        return first + (_highlighted(rest, below) if rest else "")
    return _highlighted(source, below)


def _highlighted(source: str, language: str) -> str:
    lexer = lexer_of(language)
    if lexer is None:
        return escape(source, quote=False)
    if language == "python" and ("!" in source or "%" in source or "?" in source):
        return _python(source, lexer)
    return _spans(source, lexer, ())


def _python(source: str, lexer: Lexer) -> str:
    """Python with IPython's commands: each is a comment to the lexer, so one inside a string stays text."""
    commands: list[str] = []
    lines: list[str] = []
    continues = False
    for line in source.split("\n"):
        before, command = ("", line) if continues else command_of(line)
        continues = bool(command) and command.endswith("\\")
        if command:
            lines.append(f"{before}#\x02{len(commands)}\x03")
            commands.append(command)
        else:
            lines.append(line)
    return _spans("\n".join(lines), lexer, tuple(commands))


def _spans(source: str, lexer: Lexer, commands: tuple[str, ...]) -> str:
    """Neighbours of one class share a span; what content.css does not colour gets none."""
    pieces: list[str] = []
    held, held_class = "", ""
    for token, lexed in lexer.get_tokens(source):
        name, value = class_of(token), lexed
        if commands and "\x02" in value:
            name, value = _unmasked(name, value, commands)
        if name == held_class or not value.strip():
            held += value
            continue
        pieces.append(_span(held, held_class))
        held, held_class = value, name
    # Lexers want a newline at the end, so they were given one.
    pieces.append(_span(held if source.endswith("\n") else held.removesuffix("\n"), held_class))
    return "".join(pieces)


def _unmasked(name: str, value: str, commands: tuple[str, ...]) -> tuple[str, str]:
    match = _MASK.fullmatch(value)
    if name == "c" and match:
        command = commands[int(match[1])]
        return ("mg" if command.startswith(("%", "?")) else "sh"), command
    return name, _MASK.sub(lambda found: commands[int(found[1])], value)


def _span(text: str, name: str) -> str:
    if not text:
        return ""
    text = escape(text, quote=False)
    return f'<span class="{name}">{text}</span>' if name else text


@lru_cache(maxsize=200)
def lexer_of(language: str) -> Lexer | None:
    name = canonical(language)
    if not name:
        return None
    try:
        return get_lexer_by_name(name, stripnl=False, ensurenl=True)
    except ClassNotFound:
        return None


def canonical(language: str) -> str:
    """The language's name here; '' for one that is shown without colours."""
    name = language.strip().lower()
    name = ALIASES.get(name, name)
    return name if name in LANGUAGES else ""


@lru_cache(maxsize=1000)
def class_of(token: _TokenType) -> str:
    """The class of a token: its own short name, or its nearest ancestor's that content.css colours."""
    ancestors = reversed(token.split())
    names = (STANDARD_TYPES.get(ancestor, "") for ancestor in ancestors)
    return next((name for name in names if name in _CLASSES), "")
