"""`manage.py rerender`: cells, fragments and links again from the originals."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from notebooks.blobs import BlobMissing
from notebooks.ingest import rebuild
from notebooks.management.bar import Bar
from notebooks.models import Notebook
from notebooks.parsing import InvalidNotebook


class Command(BaseCommand):
    help = (
        "Makes the HTML and the rows of every notebook again from its original bytes, for example after an"
        " upgrade that renders differently. Repeatable; may be stopped at any time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        notebooks = Notebook.objects.exclude(revision=None)
        total, failed, bar = notebooks.count(), 0, Bar(sys.stderr)
        for number, notebook in enumerate(notebooks.select_related("revision").iterator(), start=1):
            try:
                rebuild(notebook)
            except (BlobMissing, InvalidNotebook) as error:
                failed += 1
                bar.clear()
                self.stdout.write(f"failed: {notebook}: {error!r}")
            bar.draw(number, total)
        bar.clear()
        self.stdout.write(f"{total - failed} rendered, {failed} failed")
        if failed:
            sys.exit(1)
