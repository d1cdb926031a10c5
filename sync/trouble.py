"""What goes wrong with a source, in words, and what to do about it.

Rows keep the code and the detail, so that everybody reads the reason in their own language.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Problem(models.TextChoices):
    # The address
    NO_ADDRESS = (
        "no_address",
        _("This is no address that can be called. Write it as https://host/, without a token or a password."),
    )
    NOT_LISTED = (
        "not_listed",
        _("This server may not call that host. An administrator can list it in OPSNOTES_SOURCE_HOSTS."),
    )
    NOT_PUBLIC = (
        "not_public",
        _("The address leads into the own network. An administrator can list it in OPSNOTES_SOURCE_HOSTS."),
    )
    NO_TLS = (
        "no_tls",
        _(
            "A public address is called over https:// alone. Write https://, or have the host listed in"
            " OPSNOTES_SOURCE_HOSTS."
        ),
    )
    # The way there
    NO_SUCH_HOST = (
        "no_such_host",
        _(
            "No computer is known by this name. Look for a typing error; the name must be known where OpsNotes runs."
        ),
    )
    REFUSED = (
        "refused",
        _("Nothing listens at this address. Is the server running, and is the port right?"),
    )
    UNREACHABLE = (
        "unreachable",
        _("There is no way to this address. Look at the network and at firewalls between here and there."),
    )
    TIMED_OUT = (
        "timed_out",
        _(
            "No answer in time. The server is busy or something in between swallows what is sent; allow it more time."
        ),
    )
    BROKEN_OFF = (
        "broken_off",
        _("The connection broke off in the middle of an answer. It is tried again later."),
    )
    CERTIFICATE = (
        "certificate",
        _(
            "Its TLS certificate is not to be trusted. Enter the certificate of its authority, or have the server’s"
            " certificate renewed."
        ),
    )
    NOT_TLS = ("not_tls", _("It does not speak TLS. Is this an http:// address, or another port?"))
    BAD_AUTHORITY = (
        "bad_authority",
        _(
            "The certificate of its own authority cannot be read. Paste it as PEM, from BEGIN to END CERTIFICATE."
        ),
    )
    # A folder of this server
    NO_ROOTS = (
        "no_roots",
        _(
            "This server offers no folders to sources. An administrator can name some in OPSNOTES_SOURCE_ROOTS and"
            " start it again."
        ),
    )
    NOT_BELOW_ROOTS = (
        "not_below_roots",
        _("This folder is not among those that sources may read. They are named in OPSNOTES_SOURCE_ROOTS."),
    )
    # Who we are
    NO_LOGIN = (
        "no_login",
        _("The server wants to know who is asking. Enter a token, or its password."),
    )
    WRONG_TOKEN = (
        "wrong_token",
        _(
            "The server does not take this token. Copy it again; it changes when a server without a fixed one restarts."
        ),
    )
    WRONG_PASSWORD = ("wrong_password", _("The server does not take this password."))
    NO_PASSWORD_LOGIN = (
        "no_password_login",
        _("This server has no form for a password. Use a token instead."),
    )
    BAD_SECRET = (
        "bad_secret",
        _("The token has characters that none has. Copy it again, without blanks or line ends."),
    )
    SECRET_LOST = (
        "secret_lost",
        _(
            "The token or password that is kept for this source cannot be read: the server’s key is another one now,"
            " or the address was changed. Enter it again."
        ),
    )
    FORBIDDEN = ("forbidden", _("The server knows who is asking and does not allow this."))
    LACKS_SCOPE = (
        "lacks_scope",
        _(
            "The hub’s token may not do this. Whoever runs the hub has to give it the scope that is named here."
        ),
    )
    # What answers there
    NOT_JUPYTER = (
        "not_jupyter",
        _("Something answers there, but no Jupyter Server. Does the base URL belong to the address?"),
    )
    NOT_HUB = (
        "not_hub",
        _(
            "Something answers there, but no JupyterHub. Is it a single Jupyter Server, or is the base URL missing?"
        ),
    )
    IS_HUB = (
        "is_hub",
        _("This is a JupyterHub. Add it as one, or give the address of one user’s server: …/user/NAME/."),
    )
    MOVED = (
        "moved",
        _("The server sends its callers to another address. Enter that one, if it is to be trusted."),
    )
    ODD_ANSWER = ("odd_answer", _("The server’s answer cannot be understood."))
    NOT_RUNNING = (
        "not_running",
        _("This user’s server does not run. It is read again when it does."),
    )
    # How it fares
    BUSY = ("busy", _("The server is too busy, or is just being restarted. It is tried again later."))
    SERVER_ERROR = (
        "server_error",
        _("The server failed at this. Its own log says why; it is tried again later."),
    )
    # One file or folder
    NOT_THERE = ("not_there", _("This file or folder is not there, or may not be seen."))
    NOT_A_FOLDER = ("not_a_folder", _("This is no folder."))
    NOT_A_FILE = ("not_a_file", _("This is no file that can be read."))
    TOO_LARGE = ("too_large", _("This is larger than the limit."))
    NO_PERMISSION = (
        "no_permission",
        _(
            "The account that OpsNotes runs under may not read this. Allow it to, by the group of the file for example."
        ),
    )
    UNREADABLE = (
        "unreadable",
        _("The disk or the network file system did not give it. It is tried again later."),
    )
    UNSAYABLE = (
        "unsayable",
        _("The name is too long, or has characters that cannot be asked for. Rename the file."),
    )
    CHANGING = (
        "changing",
        _("The file was being written while it was read. It is tried again later."),
    )
    HIDDEN_CLOSED = (
        "hidden_closed",
        _(
            "The server shows no hidden files, so its execution logs cannot be read. Whoever runs it can set"
            " ContentsManager.allow_hidden."
        ),
    )
    # The sync itself
    KILLED = (
        "killed",
        _("Looking through this source ended its worker three times. The server’s log says more."),
    )
    BAD_PATTERN = ("bad_pattern", _("A line of what to take or to leave out is no pattern. Correct it."))
    DISK_FULL = ("disk_full", _("The disk of this server is full. Whoever runs it has to make room."))
    INTERNAL = ("internal", _("Something went wrong here, not with the source. The server’s log says more."))
    HIDDEN_UNKNOWN = (
        "hidden_unknown",
        _(
            "No execution logs are shown. Either there are none, or the server keeps hidden files to itself: whoever"
            " runs it can look whether ContentsManager.allow_hidden is set."
        ),
    )
    NOBODY = (
        "nobody",
        _("No user’s server runs just now. Each is read when it does."),
    )
    # Writing
    READ_ONLY = ("read_only", _("The server does not let this folder be written to."))
    CHANGED = (
        "changed",
        _(
            "Somebody changed the file there in the meantime, so it was not written. Look at the difference again."
        ),
    )
    NOT_AS_SENT = (
        "not_as_sent",
        _("What lies on the server now is not what was sent. Look at the file there."),
    )


# The whole server is meant, and not one file of it: to ask for the next file would not fare better.
_WHOLE = {
    Problem.NO_ADDRESS,
    Problem.NOT_LISTED,
    Problem.NOT_PUBLIC,
    Problem.NO_TLS,
    Problem.NO_SUCH_HOST,
    Problem.REFUSED,
    Problem.UNREACHABLE,
    Problem.CERTIFICATE,
    Problem.NOT_TLS,
    Problem.BAD_AUTHORITY,
    Problem.NO_LOGIN,
    Problem.WRONG_TOKEN,
    Problem.WRONG_PASSWORD,
    Problem.NO_PASSWORD_LOGIN,
    Problem.BAD_SECRET,
    Problem.SECRET_LOST,
    Problem.NO_ROOTS,
    Problem.NOT_BELOW_ROOTS,
    Problem.LACKS_SCOPE,
    Problem.NOT_JUPYTER,
    Problem.NOT_HUB,
    Problem.IS_HUB,
    Problem.NOT_RUNNING,
    Problem.NOBODY,
    Problem.BUSY,
}
# Waiting may cure it.
_PASSING = {
    Problem.NO_SUCH_HOST,
    Problem.REFUSED,
    Problem.UNREACHABLE,
    Problem.TIMED_OUT,
    Problem.BROKEN_OFF,
    Problem.BUSY,
    Problem.SERVER_ERROR,
    Problem.CHANGING,
    Problem.UNREADABLE,
}

LONGEST_DETAIL = 300


class Trouble(Exception):
    """Something went wrong there. `detail` never holds a token or a password."""

    def __init__(self, code: Problem, detail: str = "", *, later: float = 0.0) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail[:LONGEST_DETAIL]
        self.later = later  # seconds after which the server wants to be asked again; 0 where it did not say
        self.is_whole = code in _WHOLE  # the server is meant, not one file of it

    def __str__(self) -> str:
        return explain(self.code, self.detail)

    @property
    def is_usual(self) -> bool:
        """Nothing is wrong: nobody has to be told."""
        return self.code == Problem.NOT_RUNNING

    @property
    def may_pass(self) -> bool:
        return may_pass(self.code)


def may_pass(code: str) -> bool:
    """Waiting may cure it."""
    return code in _PASSING


def explain(code: str, detail: str) -> str:
    """The sentence for a row's code, with its detail; in the reader's language."""
    if not code:
        return ""
    sentence = str(dict(Problem.choices).get(code, code))
    return (
        gettext("%(sentence)s (%(detail)s)") % {"sentence": sentence, "detail": detail}
        if detail
        else sentence
    )
