"""IPython's magics: which language a cell is really in, and which lines of it are commands. Pure."""

import re
from pathlib import PurePosixPath

# The first line of a cell magic, and whatever blank lines and comments stand before it.
_CELL_MAGIC = re.compile(
    r"\A((?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*%%(?P<name>[\w!.-]+)(?P<arguments>[^\n]*))(?P<rest>\n[\s\S]*)?\Z"
)
_COMMAND = re.compile(
    r"(?P<before>\s*(?:[\w.\[\]'\"]+(?:\s*,\s*[\w.\[\]'\"]+)*\s*=\s*)?)"
    r"(?P<command>!.*|%{1,2}[A-Za-z_].*)|(?P<help>\s*(?:\?{1,2}[\w.%*]+|[\w.%*]+\?{1,2})\s*)"
)
# Magics that run what is below them as the notebook's own language, only in another way.
_SAME = {"capture", "prun", "time", "timeit", "debug", "memit", "mprun", "lprun", "px", "local", "autopx"}
_LANGUAGES = {
    "!": "bash", "bash": "bash", "sh": "bash", "sx": "bash", "system": "bash", "ssh": "bash",
    "perl": "perl", "ruby": "ruby", "python": "python", "python2": "python", "python3": "python",
    "pypy": "python", "html": "html", "javascript": "javascript", "js": "javascript", "svg": "xml",
    "latex": "tex", "markdown": "markdown", "r": "r", "sql": "sql", "julia": "julia", "cython": "python",
    "bigquery": "sql", "css": "css", "cmd": "batch",
}  # fmt: skip
_EXTENSIONS = {
    "bash": "bash", "bat": "batch", "c": "c", "cfg": "ini", "conf": "ini", "cpp": "cpp", "css": "css",
    "go": "go", "html": "html", "ini": "ini", "j2": "jinja", "java": "java", "js": "javascript",
    "json": "json", "md": "markdown", "pl": "perl", "properties": "properties", "ps1": "powershell",
    "py": "python", "r": "r", "rb": "ruby", "rs": "rust", "sh": "bash", "sql": "sql", "tf": "terraform",
    "toml": "toml", "ts": "typescript", "xml": "xml", "yaml": "yaml", "yml": "yaml",
}  # fmt: skip
_FILES = {"Dockerfile": "docker", "Makefile": "make", "nginx.conf": "nginx", "httpd.conf": "apacheconf"}


def language_below(source: str, language: str) -> tuple[str, str, str]:
    """A cell magic's line, the language of what follows, and that; ('', language, source) without one."""
    if "%%" not in source and not source.startswith("!!"):
        return "", language, source
    match = _CELL_MAGIC.match(source)
    if match is None:
        return _shell_cell(source, language)
    below = _language_of(match["name"], match["arguments"].strip(), language)
    return match[1], below, match["rest"] or ""


def _shell_cell(source: str, language: str) -> tuple[str, str, str]:
    """lc_wrapper's `!!` as a first line asks for the output to be summed up; the cell is Python still."""
    first, newline, rest = source.partition("\n")
    if first.strip() == "!!":
        return first, language, newline + rest
    return "", language, source


def _language_of(name: str, arguments: str, language: str) -> str:
    if name in _SAME:
        return language
    if name in {"writefile", "file"}:
        return _language_of_file(arguments)
    if name == "script":
        name = PurePosixPath(arguments.split(maxsplit=1)[0]).name if arguments else ""
    return _LANGUAGES.get(name.lower(), "")


def _language_of_file(arguments: str) -> str:
    words = [word for word in arguments.split() if word not in {"-a", "--append"}]
    name = PurePosixPath(words[-1].strip("'\"")).name if words else ""
    return _FILES.get(name) or _EXTENSIONS.get(name.removesuffix(".j2").rpartition(".")[2].lower(), "")


def command_of(line: str) -> tuple[str, str]:
    """What stands before IPython's command in a line of Python, and the command; ('', '') without one."""
    if "!" not in line and "%" not in line and "?" not in line:
        return "", ""
    match = _COMMAND.fullmatch(line)
    if match is None:
        return "", ""
    return ("", match["help"]) if match["help"] else (match["before"], match["command"])
