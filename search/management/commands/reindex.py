import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from haystack.exceptions import SearchBackendError

from notebooks.management.bar import Bar
from search import refresh


class Command(BaseCommand):
    help = "Builds the search index again from the database, beside the one that is searched meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-needed",
            action="store_true",
            help="only where it is missing, of another version, or incomplete",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_needed"] and not self._is_needed():
            self.stdout.write("The search index is whole.")
            return
        bar = Bar(sys.stderr)
        done = refresh.rebuild(bar.draw)
        bar.clear()
        self.stdout.write(f"{done} notebooks indexed")

    def _is_needed(self) -> bool:
        try:
            return refresh.is_needed()
        except SearchBackendError as failure:
            self.stderr.write(f"The search index cannot be read ({failure}); building it again.")
            return True
