"""What the lines of a shell run. Pure. Not a shell: quotes and separators are seen, nothing is expanded."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(?P<end>\w+)\1[^\n]*\n.*?^\s*(?P=end)\s*$", re.MULTILINE | re.DOTALL)
_CONTINUED = re.compile(r"\\\n")
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
_TOKEN = re.compile(
    r"""(?P<word> (?: "(?:[^"\\]|\\.)*" | '[^']*' | \\. | \$\([^()]*\) | [^\s;|&()<>"'\\`] | ["'\\] )+ )
      | (?P<redirection> \d*(?:>>|>&|<|>)\s*&?\d* ) | (?P<separator> [;|&()\n`]+ )""",
    re.VERBOSE,
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_NAME = re.compile(r"_*[A-Za-z][\w.+-]*")
_SUBSTITUTION = re.compile(r"\$\(([^()]*)\)")
_MODULE_OPTION = re.compile(r"\b(?:chdir|creates|removes|executable|warn)=\S+")
_LONGEST = 20_000  # characters of a cell that are looked at

# Words of the language, and what only sets the stage.
_LEADING = {"if", "then", "elif", "else", "do", "while", "until", "time", "{", "!", "in"}
_NO_COMMANDS = _LEADING | {
    "fi", "for", "done", "case", "esac", "function", "select", "}", "[", "[[", "]]", "cd", "echo", "export", "set",
    "unset", "source", ".", ":", "true", "false", "exit", "return", "local", "declare", "readonly", "read", "printf",
    "test", "shift", "trap", "eval", "alias", "let", "pushd", "popd", "wait",
}  # fmt: skip
# Commands that run the one behind them; the options of each that take a value.
_RUNNERS: Mapping[str, Collection[str]] = {
    "sudo": {"-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T"},
    "nohup": (),
    "env": {"-u", "-C", "-S"},
    "nice": {"-n"},
    "ionice": {"-c", "-n", "-p"},
    "timeout": {"-s", "-k"},
    "xargs": {"-n", "-P", "-I", "-L", "-d", "-a", "-E", "-s"},
    "exec": {"-a"},
    "command": (),
    "watch": {"-n"},
    "stdbuf": {"-i", "-o", "-e"},
}
_WANTS_A_NUMBER = {"timeout"}


def commands_in(script: str) -> Iterator[list[str]]:
    """Each command as its words: its name without folders, then its arguments without quotes."""
    for words in _simple_commands(_prepared(script)):
        yield from _run_by(words)


def _prepared(script: str) -> str:
    script = _CONTINUED.sub(" ", script[:_LONGEST])
    script = _HEREDOC.sub("\n", script) if "<<" in script else script
    return _COMMENT.sub("", script) if "#" in script else script


def _simple_commands(script: str) -> Iterator[list[str]]:
    words: list[str] = []
    skips = False
    for match in _TOKEN.finditer(script):
        if match["separator"] is not None:
            yield words
            words, skips = [], False
        elif match["redirection"] is not None:
            skips = not match["redirection"].rstrip()[-1].isdigit()  # the file that follows is no argument
        elif skips:
            skips = False
        else:
            words.append(match["word"])
    yield words
    for inner in _SUBSTITUTION.finditer(script):
        yield from _simple_commands(inner[1])


def _run_by(words: list[str]) -> Iterator[list[str]]:
    """The command, and what it runs in its turn."""
    while words and (_ASSIGNMENT.match(words[0]) or words[0] in _NO_COMMANDS):
        # After "cd" and its like stand arguments; after "then" stands a command.
        words = words[1:] if _ASSIGNMENT.match(words[0]) or words[0] in _LEADING else []
    if not words:
        return
    name = unquoted(words[0]).rpartition("/")[2]
    if not _NAME.fullmatch(name):
        return
    arguments = words[1:]
    yield [name, *(unquoted(word) for word in arguments)]
    if name in _RUNNERS:
        yield from _run_by(_behind(name, arguments))
    elif name == "ssh":
        yield from _on_another_host(arguments)
    elif name == "ansible":
        yield from _by_ansible(arguments)


def _behind(runner: str, words: list[str]) -> list[str]:
    with_value = _RUNNERS[runner]
    while words and (words[0].startswith("-") or _ASSIGNMENT.match(words[0])):
        words = words[2:] if words[0] in with_value else words[1:]
    return words[1:] if runner in _WANTS_A_NUMBER else words


# Its options that take a value.
SSH_OPTIONS = frozenset(f"-{letter}" for letter in "BbcDEeFIiJLlmOopQRSWw")


def _on_another_host(words: list[str]) -> Iterator[list[str]]:
    """ssh host command: either its words, or one of them that is a script."""
    rest = without_options(words, SSH_OPTIONS)[1:]
    if rest:
        yield from commands_in(" ".join(unquoted(word) for word in rest))


def _by_ansible(words: list[str]) -> Iterator[list[str]]:
    """ansible hosts -m shell -a command; without a module it is a command too."""
    options = {before: unquoted(after) for before, after in pairwise(words)}
    module = options.get("-m") or options.get("--module-name") or "command"
    script = options.get("-a") or options.get("--args") or ""
    if script and module in {"command", "shell", "raw"}:
        yield from commands_in(_MODULE_OPTION.sub("", script))


def without_options(words: list[str], with_value: Collection[str]) -> list[str]:
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in with_value else words[1:]
    return words


def unquoted(word: str) -> str:
    if len(word) > 1 and word[0] in "'\"" and word[-1] == word[0]:
        return word[1:-1]
    return word.replace('"', "").replace("'", "") if '"' in word or "'" in word else word
