"""Threads as markup. A page may have two hundred of them, and a template takes ten times as long.

Every value goes through written(), which escapes it; the forms are constants.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from notebooks.rendering import SafeHtml, joined, written
from notebooks.templatetags.moments import since
from stickies.outdated import Fit
from stickies.phrases import Phrases, phrases
from stickies.shown import Origin, Said, ShownNote

_ASIDE = (
    '<details class="note {}{}" data-note="{}"><summary><span class="note-head"><b class="note-kind">{}</b>{}</span>'
    ' <span class="note-line">{}</span></summary><div class="note-body"{}>{}</div></details>'
)
_LATER = '<p data-note-later="{}"><a href="{}">{}</a></p>'
_WARNING = '<article class="note hazard"{} data-note="{}"><header><b class="note-kind">{}</b>{}{}</header>{}</article>'
_THREAD = (
    '<p class="note-by"><b>{}</b> <a class="note-link" href="{}">{}</a>{}{}</p>'
    '{}{}{}{}<p class="note-acts">{}</p>'
)
_REPLY = '<article class="note-reply" id="note-{}"><p class="note-by"><b>{}</b> {}{}{}</p>{}</article>'
_QUOTE = '<blockquote class="note-quote">{}</blockquote>'
_WORDS = '{}<div class="note-words rich">{}</div>'
_EDITED = ' <a href="{}history/">{}</a>'
_ID = ' id="note-{}"'
_COUNT = "{}{}</span>"
_MARK = '<p class="note-mark{}">{}</p>'
_SETTLED = '<p class="note-mark done">{} {}</p>'
_FROM = '{}: <a href="{}">{}</a>'
_FOLDER = ' <span class="note-folder">{}</span>'
_DIFFERENCE = ' <a href="{}difference/?at={}" data-note-difference>{}</a>'
_ANSWER = (
    '<a class="button" href="{}reply/?at={}" data-note-form data-note-reply>{}</a>'
    '<button form="note-act" formaction="{}resolve/?at={}" name="state"{}</button>'
)
_EDIT = '{}<a href="{}edit/?at={}" data-note-form>{}</a>'
_DELETE = '{}<a href="{}delete/?at={}">{}</a>'


@dataclass(frozen=True, slots=True)
class Markup:
    """How threads are written on one page."""

    is_old: bool = False  # the page shows an old revision
    is_titled: bool = False  # the page is of a title, whose notes come from nowhere in particular
    say: Phrases = field(default_factory=phrases)

    def closed(self, notes: Iterable[ShownNote]) -> SafeHtml:
        """A line each until somebody opens them; of very many the thread itself is asked for then."""
        return joined(self._aside(each) for each in notes)

    def warnings(self, standing: Iterable[ShownNote]) -> SafeHtml:
        """Hazards, open above their cell."""
        return joined(self._warning(each) for each in standing if each.is_warning)

    def thread(self, each: ShownNote) -> SafeHtml:
        """Opened."""
        note = each.note
        return written(
            _THREAD,
            note.author_name,
            each.url,
            since(note.created_at),
            self._edited(each),
            self.say.channels.get(note.channel, ""),
            self._words(each),
            self._marks(each),
            self._settled(each) if each.is_resolved else "",
            joined(self._reply(said, each.spot) for said in each.replies),
            self._acts(each),
        )

    def _aside(self, each: ShownNote) -> SafeHtml:
        note = each.note
        return written(
            _ASIDE,
            note.kind,
            " resolved" if each.is_resolved else "",
            note.pk,
            self.say.kinds.get(note.kind, note.kind),
            self._badges(each),
            each.line or "…",
            _id(each),
            self._later(each) if each.is_put_away else self.thread(each),
        )

    def _later(self, each: ShownNote) -> SafeHtml:
        return written(_LATER, each.spot, each.url, self.say.open)

    def _badges(self, each: ShownNote) -> SafeHtml:
        said = (
            self.say.done if each.is_resolved else "",
            self.say.unfit.get(each.fit, ""),
            self.say.new if each.is_unread else "",
            written(_COUNT, self.say.replies, len(each.replies)) if each.replies else "",
        )
        return joined(said)

    def _warning(self, each: ShownNote) -> SafeHtml:
        return written(
            _WARNING,
            _id(each),
            each.note.pk,
            self.say.kinds.get(each.note.kind, each.note.kind),
            self.say.new if each.is_unread else "",
            self.say.everywhere if each.is_everywhere and each.spot else "",
            self.thread(each),
        )

    def _reply(self, said: Said, spot: str) -> SafeHtml:
        note = said.note
        return written(
            _REPLY,
            note.pk,
            note.author_name,
            since(note.created_at),
            self._edited(said),
            self._changes(said, spot, before=" "),
            self._words(said),
        )

    def _edited(self, said: Said) -> SafeHtml | str:
        return written(_EDITED, said.url, self.say.edited) if said.note.edited_at else ""

    def _words(self, said: Said) -> SafeHtml:
        if said.is_removed:
            return self.say.removed
        quote = written(_QUOTE, said.note.quote) if said.note.quote else ""
        return written(_WORDS, quote, said.html)

    def _marks(self, each: ShownNote) -> SafeHtml:
        """Where it comes from, and whether it fits the text here."""
        origin = each.origin
        told = (
            self.say.means.get(each.means, ""),
            self._origin(origin) if origin and (origin.url or not self.is_titled) else "",
            self._misfit(each) if each.fit is not Fit.FITS else "",
        )
        return joined(told)

    def _origin(self, origin: Origin) -> SafeHtml:
        if origin.url:
            told = written(_FROM, self.say.elsewhere, origin.url, origin.title)
            folder = written(_FOLDER, origin.folder) if origin.folder else ""
            return written(_MARK, "", joined((told, folder)))
        gone = _("Written at a copy that is gone: %(path)s") % {"path": origin.title}
        return written(_MARK, "", gone if origin.title else self.say.elsewhere)

    def _misfit(self, each: ShownNote) -> SafeHtml:
        is_of_old = self.is_old and each.fit is Fit.OLDER
        told = self.say.misfit_of_old if is_of_old else self.say.misfit[each.fit]
        link = written(_DIFFERENCE, each.url, each.spot, self.say.difference) if each.spot else ""
        return written(_MARK, " unfit", joined((told, link)))

    def _settled(self, each: ShownNote) -> SafeHtml:
        by = each.note.resolved_by
        told = _("Resolved by %(name)s") % {"name": by.get_username() if by else "?"}
        return written(_SETTLED, told, since(each.note.resolved_at))

    def _acts(self, each: ShownNote) -> SafeHtml:
        state = self.say.reopen if each.is_resolved else self.say.resolve
        url, spot = each.url, each.spot
        answer = written(_ANSWER, url, spot, self.say.reply, url, spot, state) if each.may_answer else ""
        return joined((answer, self._changes(each, spot)))

    def _changes(self, said: Said, spot: str, before: str = "") -> SafeHtml:
        edit = written(_EDIT, before, said.url, spot, self.say.edit) if said.may_edit else ""
        delete = written(_DELETE, before, said.url, spot, self.say.delete) if said.may_delete else ""
        return joined((edit, delete))


def _id(each: ShownNote) -> SafeHtml | str:
    return written(_ID, each.note.pk) if each.is_first else ""
