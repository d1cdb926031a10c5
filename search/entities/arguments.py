"""What a command says by its arguments: which hosts it means, which services, which packages. Pure.

A command is its words: the name, then the arguments without quotes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

from search.entities.hosts import as_host
from search.entities.shell import SSH_OPTIONS, without_options

_UNIT = re.compile(r"[A-Za-z][\w@.:-]*")
_PACKAGE = re.compile(r"[A-Za-z0-9@][\w.+/-]*")
_VERSION = re.compile(r"(?:[=<>!~]=?|\[).*")
_NO_PACKAGES = (".txt", ".whl", ".gz", ".")

# Commands that name a host first, each with its options that take a value.
_HOST_FIRST: Mapping[str, Collection[str]] = {
    "ssh": SSH_OPTIONS,
    "ping": frozenset(f"-{letter}" for letter in "cIiMmpQSsTtWw"),
    "ssh-copy-id": {"-i", "-p", "-o", "-F"},
    "ssh-keyscan": {"-p", "-t", "-T"},
    "traceroute": {"-m", "-p", "-q", "-w", "-i"},
    "dig": (),
    "nslookup": (),
    "telnet": (),
    "nc": {"-w", "-p", "-s", "-X", "-x"},
}
_COPIES = {"scp", "rsync", "sftp"}
_REMOTE = re.compile(r"(?:[\w.-]+@)?(?P<host>[A-Za-z0-9][\w.-]*):(?!//)")
_PATTERN = re.compile(r"[A-Za-z0-9][\w.-]*")
_NO_HOSTS = {"all", "localhost"}


def hosts_meant(words: list[str]) -> Iterator[str]:
    name, arguments = words[0], words[1:]
    if name in _HOST_FIRST:
        rest = without_options(arguments, _HOST_FIRST[name])
        yield as_host(rest[0]) if rest else ""
    elif name in _COPIES:
        for word in arguments:
            if not word.startswith("-") and (remote := _REMOTE.match(word)):
                yield as_host(remote["host"])
    elif name in {"ansible", "ansible-playbook"}:
        yield from _ansible_hosts(name, arguments)


def _ansible_hosts(name: str, arguments: list[str]) -> Iterator[str]:
    """The pattern, where it is one host's name; and what --limit says."""
    limits = [after for before, after in pairwise(arguments) if before in {"-l", "--limit"}]
    limits += [word.partition("=")[2] for word in arguments if word.startswith("--limit=")]
    if name == "ansible" and arguments and not arguments[0].startswith("-"):
        limits.append(arguments[0])
    for limit in limits:
        for each in re.split(r"[,:]", limit):
            # One word without digits or dots is a group of the inventory far more often than a host.
            if _PATTERN.fullmatch(each) and each not in _NO_HOSTS and re.search(r"[\d.]", each):
                yield as_host(each)


_SYSTEMCTL = {
    "start", "stop", "restart", "reload", "status", "enable", "disable", "is-active", "is-enabled", "is-failed", "mask",
    "unmask", "try-restart", "reload-or-restart", "cat", "show", "kill",
}  # fmt: skip


def services(words: list[str]) -> Iterator[str]:
    name, arguments = words[0], [word for word in words[1:] if not word.startswith("-")]
    if name == "systemctl" and arguments and arguments[0] in _SYSTEMCTL:
        yield from (_unit(word) for word in arguments[1:])
    elif name == "service" and len(arguments) > 1:
        yield _unit(arguments[0])
    elif name == "journalctl":
        yield from (_unit(after) for before, after in pairwise(words) if before in {"-u", "--unit"})
    elif name == "ansible" and _module(words) in {"service", "systemd"}:
        yield _unit(_module_name(words))


def packages(words: list[str]) -> Iterator[str]:
    install = _INSTALLERS.get(words[0])
    if install is not None:
        arguments = [word for word in words[1:] if not word.startswith("-")]
        if arguments and arguments[0] in install:
            yield from (_package(word) for word in arguments[1:])
    elif words[0] == "ansible" and _module(words) in {"apt", "yum", "dnf", "package", "pip"}:
        yield from (_package(name) for name in _module_name(words).split(","))


_OF_SYSTEM = {"install", "remove", "purge", "upgrade", "reinstall", "update"}
_OF_LANGUAGE = {"install", "uninstall", "remove", "update"}
_INSTALLERS: Mapping[str, Collection[str]] = {
    **dict.fromkeys(("apt", "apt-get", "yum", "dnf", "zypper"), _OF_SYSTEM),
    **dict.fromkeys(("pip", "pip3", "conda", "mamba", "gem", "brew"), _OF_LANGUAGE),
    "npm": {"install", "i", "uninstall"},
    "snap": {"install", "remove", "refresh"},
    "apk": {"add", "del"},
}


def _module(words: list[str]) -> str:
    """Of an ad-hoc ansible: -m service."""
    return next((after for before, after in pairwise(words) if before in {"-m", "--module-name"}), "")


def _module_name(words: list[str]) -> str:
    """`name=` of its arguments."""
    found = (re.search(r"(?:^|\s)(?:name|pkg|service)=([^\s]+)", word) for word in words[1:])
    return next((match[1].strip("'\"") for match in found if match), "")


def _unit(word: str) -> str:
    return word.removesuffix(".service").lower() if _UNIT.fullmatch(word) else ""


def _package(word: str) -> str:
    name = _VERSION.sub("", word)
    return name.lower() if _PACKAGE.fullmatch(name) and not name.endswith(_NO_PACKAGES) else ""
