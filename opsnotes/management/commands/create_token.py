"""`manage.py create_token USER`: prints a new API token."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsnotes.models import ApiToken


class Command(BaseCommand):
    help = "Prints a new API token of an account. It cannot be shown again; the account page can revoke it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="user name of the account")
        parser.add_argument(
            "--name", default="create_token", help="what it is for, shown on the account page"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["user"], is_active=True).first()
        if person is None:
            raise CommandError(f"No active account is called {options['user']!r}.")
        self.stdout.write(ApiToken.make(person, options["name"]))
