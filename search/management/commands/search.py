import json
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError, CommandParser
from haystack.exceptions import SearchBackendError

from notebooks.models.space import Viewer
from search.api import answer
from search.find import BEST, NEWEST, Found, Wish, find
from search.loghits import LogHit
from search.notehits import NoteHit
from search.showing import AnyHit


class Command(BaseCommand):
    help = "Searches as the search page does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query", nargs="+", metavar="QUERY", help='words, "phrases", a MEME')
        parser.add_argument("--user", metavar="NAME", help="as this person; public spaces alone without it")
        parser.add_argument("--json", action="store_true", help="as GET /api/v1/search/ answers")
        parser.add_argument("--sort", choices=[BEST, NEWEST], default=BEST)
        parser.add_argument("--page", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        wish = Wish(" ".join(options["query"]), options["sort"], max(options["page"], 1), is_folded=True)
        try:
            found = find(wish, self._person(options["user"]))
        except SearchBackendError as failure:
            raise CommandError(f"The search engine failed: {failure}") from failure
        if options["json"]:
            self.stdout.write(json.dumps(answer(found), ensure_ascii=False, indent=2))
        else:
            self._print(found)

    def _person(self, name: str | None) -> Viewer:
        if name is None:
            return AnonymousUser()
        users = get_user_model()
        person = users.objects.filter(**{users.USERNAME_FIELD: name}).first()
        if person is None:
            raise CommandError(f"Nobody here is called {name!r}.")
        return person

    def _print(self, found: Found) -> None:
        for hit in found.hits:
            self._print_hit(hit)
        about = ", words that begin so" if found.are_beginnings else ""
        self.stdout.write(f"{found.count} found in {found.milliseconds} ms{about}")

    def _print_hit(self, hit: AnyHit) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(_printable(hit.title_text)))
        self.stdout.write(f"  {hit.kind} · {_printable(_where(hit))} · {hit.url}")
        for line in hit.snippet:
            text = "".join(
                self.style.WARNING(_printable(text)) if is_marked else _printable(text)
                for text, is_marked in line.pieces
            )
            self.stdout.write(f"    {text}")


def _where(hit: AnyHit) -> str:
    if isinstance(hit, NoteHit):
        return f"{hit.thread.kind} · {hit.note.author_name} · {hit.notebook or hit.note.space.slug}"
    if isinstance(hit, LogHit):
        return f"{hit.execution.who} · {hit.execution.at:%Y-%m-%d %H:%M} · {hit.path}"
    return str(hit.notebook)


def _printable(text: str) -> str:
    """Nothing that a notebook holds may steer the terminal."""
    return "".join(each if each.isprintable() else " " for each in text)
