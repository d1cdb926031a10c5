"""Which folders of this server a source may read."""

from pathlib import Path

from django.conf import settings

from sync.trouble import Problem, Trouble


def allowed(address: str) -> Path:
    """Where it really is, with every symbolic link followed. Raises Trouble."""
    if not settings.SOURCE_ROOTS:
        raise Trouble(Problem.NO_ROOTS)
    try:
        found = Path(address).resolve()
    except (OSError, ValueError, RuntimeError) as error:  # too long, a NUL in it, a loop of links
        raise Trouble(Problem.NOT_THERE, address) from error
    if not Path(address).is_absolute() or not any(
        found.is_relative_to(root) for root in settings.SOURCE_ROOTS
    ):
        # Asked before whether it is there: what else lies on this server is told to nobody.
        raise Trouble(Problem.NOT_BELOW_ROOTS, address)
    if not found.is_dir():
        raise Trouble(Problem.NOT_A_FOLDER if found.exists() else Problem.NOT_THERE, address)
    return found
