"""Sources that read the tests' servers."""

from sync.models import Source
from sync.secrets import seal
from tests.jupyter.servers import TOKEN


def source_at(address, kind=Source.Kind.JUPYTER, secret=TOKEN, login="token", **fields):
    """A source that is in no database."""
    defaults = {"name": "Team server", "patience": 30, "most_requests": 4}
    source = Source(kind=kind, address=address, login=login, **{**defaults, **fields})
    source.secret = seal(secret, source.address)
    return source
