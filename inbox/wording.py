"""What a notice says, in words: on the page, in a mail and in a feed alike."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inbox.models import Notice, Watch, What


def headline(notice: Notice) -> str:
    """Who did what, where. A sentence of its own for each: languages order the words differently."""
    if notice.what == What.SEARCH_HIT:
        return new_hits(notice.count, notice.title)
    said = {"who": notice.actor_name or _("Somebody"), "title": notice.title}
    return str(_SENTENCES.get(notice.what, _SENTENCES[What.NOTE])) % said


_SENTENCES: dict[str, str | Promise] = {
    What.NOTE: gettext_lazy("%(who)s noted: %(title)s"),
    What.REPLY: gettext_lazy("%(who)s replied: %(title)s"),
    What.MENTION: gettext_lazy("%(who)s mentions you: %(title)s"),
    What.RESOLVED: gettext_lazy("%(who)s resolved: %(title)s"),
    What.REOPENED: gettext_lazy("%(who)s reopened: %(title)s"),
    What.SYNC_FAILED: gettext_lazy("A sync failed: %(title)s"),
}


def new_hits(count: int, search: str) -> str:
    said = ngettext("%(count)d new hit: %(title)s", "%(count)d new hits: %(title)s", count)
    return said % {"count": count, "title": search}


def reason(notice: Notice) -> str:
    """Why this person was told."""
    watch = notice.watch
    if watch is None:
        return str(_ADDRESSED.get(notice.what, _("You are mentioned, or take part in it.")))
    match watch.kind:
        case Watch.Kind.RUNBOOK:
            return _("You watch this runbook.")
        case Watch.Kind.FOLDER:
            return _("You watch the folder “%(folder)s”.") % {"folder": watch.folder}
        case Watch.Kind.FAMILY:
            return _("You watch a family of cells that it is about.")
    return _("You watch the space “%(space)s”.") % {"space": notice.space.name}


_ADDRESSED: dict[str, str | Promise] = {
    What.SYNC_FAILED: gettext_lazy("You set up this source."),
    What.SEARCH_HIT: gettext_lazy("You asked to be told when something new matches this search."),
}
