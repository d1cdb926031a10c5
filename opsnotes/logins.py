"""Guessing passwords is slowed down: so many failures in a while, then nothing is even tried."""

from datetime import timedelta

from django.utils import timezone

from opsnotes.models import FailedLogin

WINDOW = timedelta(minutes=15)
MOST_FOR_AN_ACCOUNT = 10  # from one address
MOST_FROM_AN_ADDRESS = 100  # whatever the account


def is_blocked(name: str, address: str) -> bool:
    failures = FailedLogin.objects.filter(address=address, at__gt=timezone.now() - WINDOW)
    if failures.filter(name=_stored(name)).count() >= MOST_FOR_AN_ACCOUNT:
        return True
    return failures.count() >= MOST_FROM_AN_ADDRESS


def note_failure(name: str, address: str) -> None:
    FailedLogin.objects.create(name=_stored(name), address=address)
    FailedLogin.objects.filter(at__lt=timezone.now() - WINDOW).delete()


def forget_failures(name: str, address: str) -> None:
    FailedLogin.objects.filter(name=_stored(name), address=address).delete()


def _stored(name: str) -> str:
    return name.strip().casefold()[:150]
