"""What a notice says, in words: on the page, in a mail and in a feed alike."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox.models import Notice, Watch, What


def headline(notice: Notice) -> str:
    """Who did what, where. A sentence of its own for each: languages order the words differently."""
    said = {"who": notice.actor_name or _("Somebody"), "title": notice.title}
    match notice.what:
        case What.REPLY:
            return _("%(who)s replied: %(title)s") % said
        case What.MENTION:
            return _("%(who)s mentions you: %(title)s") % said
        case What.RESOLVED:
            return _("%(who)s resolved: %(title)s") % said
        case What.REOPENED:
            return _("%(who)s reopened: %(title)s") % said
        case What.SYNC_FAILED:
            return _("A sync failed: %(title)s") % said
        case What.SEARCH_HIT:
            return new_hits(notice.count, notice.title)
    return _("%(who)s noted: %(title)s") % said


def new_hits(count: int, search: str) -> str:
    said = ngettext("%(count)d new hit: %(title)s", "%(count)d new hits: %(title)s", count)
    return said % {"count": count, "title": search}


def reason(notice: Notice) -> str:
    """Why this person was told."""
    watch = notice.watch
    if watch is None:
        if notice.what == What.SYNC_FAILED:
            return _("You set up this source.")
        if notice.what == What.SEARCH_HIT:
            return _("You asked to be told when something new matches this search.")
        return _("You are mentioned, or take part in it.")
    match watch.kind:
        case Watch.Kind.RUNBOOK:
            return _("You watch this runbook.")
        case Watch.Kind.FOLDER:
            return _("You watch the folder “%(folder)s”.") % {"folder": watch.folder}
        case Watch.Kind.FAMILY:
            return _("You watch a family of cells that it is about.")
    return _("You watch the space “%(space)s”.") % {"space": notice.space.name}
