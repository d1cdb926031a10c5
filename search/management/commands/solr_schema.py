from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from haystack.exceptions import SearchBackendError

from search.engines.solr import Backend
from search.refresh import backend


class Command(BaseCommand):
    help = (
        "Writes the configset of the search index into a folder, or gives it to Solr. `reindex` does the latter by"
        " itself; this is for servers that take no configsets from us, and for looking at them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="is made where it is missing")
        where.add_argument(
            "--apply", action="store_true", help="upload it to the server of OPSNOTES_SEARCH_URL"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        engine = backend()
        if not isinstance(engine, Backend):
            raise CommandError("The search engine is not Solr: OPSNOTES_SEARCH_ENGINE says so.")
        if options["apply"]:
            self._apply(engine)
        else:
            self._write(engine, options["folder"])

    def _apply(self, engine: Backend) -> None:
        if complaints := list(engine.shortcomings()):
            raise CommandError("\n".join(complaints))
        try:
            engine.generations.apply()
        except SearchBackendError as failure:
            raise CommandError(str(failure)) from failure
        self.stdout.write(
            f"Solr has the configset {engine.generations.configset}; `manage.py reindex` uses it."
        )

    def _write(self, engine: Backend, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in engine.files().items():
            (folder / name).write_text(text)
        name = engine.generations.configset
        self.stdout.write(
            f"Written. Give it to Solr as {name}:\n  bin/solr zk upconfig -n {name} -d {folder}"
        )
