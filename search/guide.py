"""What can be typed, by examples: a few where nothing is asked yet, all of them on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"


@dataclass(frozen=True, slots=True)
class Example:
    query: str
    means: str | Promise
    in_japanese: str = ""  # where another word shows it better to Japanese readers

    @property
    def text(self) -> str:
        is_japanese = (get_language() or "").startswith("ja")
        return self.in_japanese if is_japanese and self.in_japanese else self.query


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str | Promise
    examples: Sequence[Example]


FIRST = (
    Example(
        "logrotate denied", _("every word, anywhere in a cell; Japanese from one character"), "構築 失敗"
    ),
    Example('"permission denied"', _("words side by side")),
    Example("disk -in:log", _("“-” leaves out: here what stands in a log"), "容量 -in:log"),
    Example("in:error timeout", _("where the words have to stand")),
    Example("lang:bash ran:<30d", _("bash, executed in the last 30 days"), "lang:bash ran:今月"),
    Example("is:template -has:hazard", _("templates without an open warning")),
    Example(MEME, _("a MEME: the cell in all its copies; with the branch, that one copy")),
)

CHAPTERS = (
    Chapter(
        _("Words"),
        (
            Example(
                "logrotate denied",
                _("All of them, in one cell, in its headings or in the runbook’s title"),
                "構築 失敗",
            ),
            Example('"permission denied"', _("These words side by side, as written"), '"構築に失敗"'),
            Example("disk -noise", _("Without this word; before a field, a phrase or a bracket too"), "容量 -予備"),
            Example("nginx OR apache", _("One of the two; OR in capitals")),
            Example("(nginx OR apache) restart", _("Brackets hold together")),
            Example("config*", _("Words that begin so")),
            Example("--force-reinstall /etc/hosts", _("Options, paths, hosts and names, whole or in parts")),
            Example(MEME, _("A MEME: the cell in all its copies; with the branch, that one copy")),
        ),
    ),
    Chapter(
        _("Where the words stand"),
        (
            Example("title:disk", _("In the title of the runbook"), "title:容量"),
            Example("heading:backup", _("In a heading, or below it"), "heading:バックアップ"),
            Example("in:code systemctl", _("In code; or markdown, output, error, note, log")),
            Example("in:output,error denied", _("In either")),
            Example("path:disk/full", _("In the path of the runbook")),
            Example("folder:runbooks/disk", _("In this folder or below it")),
        ),
    ),
    Chapter(
        _("Whose and what"),
        (
            Example("space:ops", _("In this space, by its address or its name"), "space:運用"),
            Example("owner:kato", _("Of this owner, or notes written by them")),
            Example("by:sato ran:yesterday", _("What this person executed then"), "by:sato ran:昨日"),
            Example("lang:bash,python", _("In one of these languages")),
            Example("kernel:python3", _("With this kernel")),
            Example("tag:disk", _("With #disk in prose or a note, or among the notebook’s tags"), "tag:手順"),
            Example("host:web-*", _("Which names such a host, in code, output or a log")),
            Example("command:logrotate", _("Which runs this command")),
            Example("service:nginx", _("Which is about this service")),
            Example("package:openssl", _("Which is about this package")),
            Example(f"meme:{MEME}", _("Which bears this MEME")),
        ),
    ),
    Chapter(
        _("In which state"),
        (
            Example("has:error", _("Which failed; or note, hazard (shown at it and not resolved), image")),
            Example("is:template", _("Templates; or run, stale (neither changed nor executed for long)")),
            Example("failed:>3", _("Whose executions failed more than three times")),
        ),
    ),
    Chapter(
        _("When"),
        (
            Example("ran:<30d", _("Executed in the last 30 days; also 12h, 2w, 6mo, 1y"), "ran:<2週間"),
            Example("updated:>=2026-01-01", _("Changed since then; also >, <, <="), "updated:>=2026年1月"),
            Example("updated:2026-01..2026-03", _("From one to the other, both with their last day")),
            Example(
                "created:today", _("Which first came in then; also yesterday, last-week, this-month"), "created:今日"
            ),
        ),
    ),
    Chapter(
        _("Put together"),
        (
            Example("-owner:kato,sato", _("Of neither; several values with commas: any of them")),
            Example('owner:"Hanako Sato"', _("A value with a blank stands in quotes"), 'owner:"佐藤 花子"'),
            Example("tag:disk tag:urgent", _("Both"), "tag:容量 tag:至急"),
        ),
    ),
)  # fmt: skip
