"""All that a cell or a log names, by kind. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from search.entities.ansible import Told, told_in
from search.entities.arguments import hosts_meant, packages, services
from search.entities.hosts import as_host, hosts_in
from search.entities.shell import commands_in

MOST = 200  # of a kind, in one cell
LONGEST_OUTPUT = 50_000  # characters; of more the beginning and the end


class Kind(StrEnum):
    """As the query language calls them, too."""

    HOST = "host"
    COMMAND = "command"
    SERVICE = "service"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class Entities:
    hosts: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    told: tuple[Told, ...] = ()  # what ansible said of each host

    def of(self, kind: Kind) -> tuple[str, ...]:
        return {
            Kind.HOST: self.hosts,
            Kind.COMMAND: self.commands,
            Kind.SERVICE: self.services,
            Kind.PACKAGE: self.packages,
        }[kind]


_NOTHING = Entities()
_SHELLS = {"bash", "sh", "shell", "zsh", "ksh", "ssh"}
_SHELL_MAGIC = re.compile(r"\A\s*%%(?:bash|sh|script\s+(?:/\S+/)?(?:ba|z|k)?sh)\b[^\n]*\n")
_FILLED_IN = re.compile(r"\{[^{}\n]*\}")
_ESCAPED_LINE = re.compile(r"^[ \t]*(?:\w+\s*=\s*)?!{1,2}(?P<line>(?:[^\n\\]|\\\n|\\.)*)", re.MULTILINE)


def entities_of(source: str, output: str, language: str) -> Entities:
    """`language` is that of the notebook's kernel: a shell's lines run something, of Python's those with "!"."""
    found = [_of_source(source, language.lower())] if source else []
    if output:
        found.append(_of_output(output))
    return found[0] if len(found) == 1 else _joined(found)


# Runs repeat the cells of their template.
@lru_cache(maxsize=4096)
def _of_source(source: str, language: str) -> Entities:
    commands = list(commands_in(_shell_of(source, language)))
    meant = [host for words in commands for host in hosts_meant(words)]
    return Entities(
        hosts=_few([*hosts_in(source), *meant]),
        commands=_few(words[0] for words in commands),
        services=_few(name for words in commands for name in services(words)),
        packages=_few(name for words in commands for name in packages(words)),
    )


def _of_output(output: str) -> Entities:
    if len(output) > LONGEST_OUTPUT:
        output = f"{output[: LONGEST_OUTPUT // 2]}\n{output[-LONGEST_OUTPUT // 2 :]}"
    told = told_in(output)
    hosts = [*(host for each in told if (host := as_host(each.host))), *hosts_in(output)]
    return Entities(hosts=_few(hosts), told=told[:MOST]) if hosts else _NOTHING


def _joined(found: Iterable[Entities]) -> Entities:
    every = list(found)
    named = {kind: _few(name for each in every for name in each.of(kind)) for kind in Kind}
    return Entities(
        named[Kind.HOST],
        named[Kind.COMMAND],
        named[Kind.SERVICE],
        named[Kind.PACKAGE],
        tuple(told for each in every for told in each.told),
    )


def _few(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))[:MOST]


def _shell_of(source: str, language: str) -> str:
    """The part of a cell that a shell reads."""
    magic = _SHELL_MAGIC.match(source)
    if magic is not None:
        return source[magic.end() :]
    if language in _SHELLS:
        return re.sub(r"^\s*!!", "", source)  # lc_wrapper's sign
    if "!" not in source:
        return ""
    # What IPython puts in for {names} is not known here, and its brackets are none of the shell's.
    return "\n".join(_FILLED_IN.sub("_", match["line"]) for match in _ESCAPED_LINE.finditer(source))
