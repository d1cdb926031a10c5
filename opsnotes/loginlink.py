"""A signed link that logs somebody in once, such as `make demo` prints."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

MAX_AGE = timedelta(hours=12)
_SALT = "opsnotes.loginlink"


def path_for(person: User) -> str:
    """The link's path: it ends with the next login, a new password, or after MAX_AGE."""
    return reverse("login-link", args=[signing.dumps([person.pk, _state(person)], salt=_SALT)])


def person_of(token: str) -> User | None:
    """Whom the link was made for; None where it was used, is too old or was never ours."""
    try:
        pk, state = signing.loads(token, salt=_SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    person = User.objects.filter(pk=pk, is_active=True).first()
    return person if person and constant_time_compare(state, _state(person)) else None


def _state(person: User) -> str:
    """Changes when somebody logs in or changes the password, so that a used link is worth nothing."""
    return salted_hmac(_SALT, f"{person.password}:{person.last_login}").hexdigest()[:32]
