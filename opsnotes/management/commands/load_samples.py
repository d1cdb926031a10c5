"""`manage.py load_samples`: the small operations team that comes with the project, for `make demo`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand

import execlogs.refresh
import lineage.refresh
import search.refresh
from notebooks.models import Space

SAMPLES = Path(settings.BASE_DIR) / "samples"
PERSON = "demo"
SPACE = "samples"
HOST, TIME_ZONE = "hub.example.org", "Asia/Tokyo"  # where the team works


class Command(BaseCommand):
    help = "Loads the sample library into the space “samples” and makes the account “demo” its writer. Repeatable."

    def handle(self, *args: Any, **options: Any) -> None:
        _space(_person())
        self._ingest([SAMPLES / "README.md"])
        for folder in sorted(path for path in SAMPLES.iterdir() if path.is_dir()):
            owner = "" if folder.name == "share" else folder.name
            self._ingest([folder], folder=folder.name, owner=owner)
            if owner:
                self._ingest_logs(folder, owner)
        # What workers would do next, so that the first page somebody opens is complete.
        lineage.refresh.catch_up()
        execlogs.refresh.catch_up()
        search.refresh.drain()

    def _ingest(self, paths: list[Path], **options: Any) -> None:
        call_command("ingest", *map(str, paths), space=SPACE, wait=True, stdout=self.stdout, **options)

    def _ingest_logs(self, folder: Path, owner: str) -> None:
        call_command(
            "ingest_logs", str(folder), space=SPACE, folder=folder.name, user=owner, host=HOST,
            time_zone=TIME_ZONE, stdout=self.stdout,
        )  # fmt: skip


def _person() -> User:
    person, is_new = User.objects.get_or_create(
        username=PERSON, defaults={"is_staff": True, "is_superuser": True, "first_name": "Demo"}
    )
    if is_new:
        person.set_unusable_password()
        person.save()
    return person


def _space(writer: User) -> None:
    space, _ = Space.objects.get_or_create(slug=SPACE, defaults={"name": "Sample operations"})
    space.writers.add(writer)
