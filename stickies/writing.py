"""How notes are written and changed: by the page, the API and the door for sidestickies alike.

    write(Draft, by)   reply(thread, body, by)   edit(note, by, seen=..., body=..., labels=...)
    resolve(note, by)  reopen(note, by)          delete(note, by, seen=...)

Each is one transaction with the note's history, its tags and mentions, who is told, and `note_changed` for whoever
keeps a copy. What cannot be done raises a Refused that says why; then nothing was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox.watching import watch
from stickies import announcing
from stickies.digests import digest_of
from stickies.drafts import LONGEST_BODY, Draft, Labels, fit_text
from stickies.markdown import references_in
from stickies.models import Edit, Note, Seen
from stickies.named import forget_named, keep_named
from stickies.refusals import Changed, Gone, NotAllowed, TooFast, Unfit
from stickies.rights import Rights, may_note
from stickies.signals import note_changed

MOST_A_MINUTE = 30  # notes, edits and reopenings of one person
# Not what is resolved: that is done to many at once. But who reopens without end tells everybody each time.
_COUNTED = [Edit.What.EDITED, Edit.What.REOPENED]
TWICE_WITHIN = timedelta(minutes=1)


def write(draft: Draft, by: User, *, is_form: bool = False) -> Note:
    """Of a form that is sent twice, as by a double click, the first note is kept and the second is that one."""
    with transaction.atomic():
        if not may_note(draft.space, by):
            raise NotAllowed(_("In the space “%(space)s” you may not write notes.") % {"space": draft.space})
        columns = draft.columns()
        if is_form and (said := _said_just_now(columns, by)):
            return said
        note = _new(Note(**columns), by)
        announcing.of_note(note, by, _named(note))
        _watch(note, by)
        note_changed.send(sender=Note, note=note)
    return note


def reply(thread: Note, body: str, by: User, quote: str = "", *, is_form: bool = False) -> Note:
    """An answer in a thread; an answer to an answer stands in the same one."""
    with transaction.atomic():
        top = _held(thread.parent_id or thread.pk)
        if not Rights.of(by).may_answer(top):
            raise _refusal(top, _("In this space you may not write notes."))
        draft = Draft(top.space, announcing.place_of(top), body, top.kind, "", top.reach, quote)
        columns = draft.columns() | _as_in(top) | {"parent": top}
        if is_form and (said := _said_just_now(columns, by)):
            return said
        note = _new(Note(**columns), by)
        announcing.of_reply(note, by, _named(note))
        _watch(note, by)
        note_changed.send(sender=Note, note=note)
    return note


def edit(note: Note, by: User, *, seen: str, body: str | None = None, labels: Labels | None = None) -> Note:
    """`seen` is the digest of the text that the editor began with: of two who edit, the second is told."""
    with transaction.atomic():
        held = _held(note.pk)
        labelled = (labels or Labels()).differing(held)
        text = held.body if body is None else fit_text(body)
        if text == held.body and not labelled and held.deleted_at is None:
            return held  # as it is wanted already: the form was sent twice, or two had the same in mind
        _must_be_as_seen(held, seen)
        rights = Rights.of(by)
        if text != held.body:
            _must(rights.may_edit(held), held, _("Only who wrote a note changes its words."))
            _check(text, by)
        if labelled:
            may = rights.may_label(held)
            _must(may, held, _("Only who wrote a note, or a writer of its space, changes its labels."))
            _check_labels(held, labelled)
        _note_edit(held, Edit.What.EDITED, by, held.body if text != held.body else "")
        _change(held, body=text, **labelled, edited_at=timezone.now())
        announcing.of_edit(held, by, _named(held))
        note_changed.send(sender=Note, note=held)
    return held


def resolve(note: Note, by: User) -> Note:
    return _settle(note, by, is_resolved=True)


def reopen(note: Note, by: User) -> Note:
    return _settle(note, by, is_resolved=False)


def delete(note: Note, by: User, *, seen: str | None = None) -> None:
    """Its words go to its history, for its author and the space's writers. Where there are replies, a tombstone
    stays; where there are none, nothing is shown of it any more."""
    with transaction.atomic():
        held = _held(note.pk)
        if seen is not None:
            _must_be_as_seen(held, seen)
        may = Rights.of(by).may_delete(held)
        _must(may, held, _("Only who wrote a note, or a writer of its space, deletes it."))
        _note_edit(held, Edit.What.DELETED, by, held.body)
        _change(held, body="", quote="", deleted_at=timezone.now(), deleted_by=by)
        forget_named(held)
        announcing.of_deletion(held)
        note_changed.send(sender=Note, note=held)


def mark_seen(thread: Note, user: User) -> None:
    Seen.objects.update_or_create(user=user, note=thread, defaults={"at": timezone.now()})


def _settle(note: Note, by: User, *, is_resolved: bool) -> Note:
    """Of a thread; done already, nothing happens."""
    with transaction.atomic():
        held = _held(note.parent_id or note.pk)
        _must(Rights.of(by).may_answer(held), held, _("In this space you may not write notes."))
        if (held.resolved_at is not None) == is_resolved:
            return held
        if not is_resolved:
            _must_not_be_too_fast(by)
        what = Edit.What.RESOLVED if is_resolved else Edit.What.REOPENED
        entry = _note_edit(held, what, by)
        now = timezone.now() if is_resolved else None
        _change(held, resolved_at=now, resolved_by=by if is_resolved else None)
        announcing.of_settling(held, by, entry)
        note_changed.send(sender=Note, note=held)
    return held


def _new(note: Note, by: User) -> Note:
    _check(note.body, by)
    note.author, note.author_name = by, by.get_username()
    note.save(force_insert=True)
    mark_seen(note.parent or note, by)
    return note


def _said_just_now(columns: Mapping[str, object], by: User) -> Note | None:
    """The same words by the same person at the same place."""
    User.objects.select_for_update().get(pk=by.pk)  # of two requests at once, one waits for the other
    since = timezone.now() - TWICE_WITHIN
    same = {"parent": None, **columns}
    return Note.objects.alive().filter(author=by, created_at__gt=since, **same).last()


def _as_in(thread: Note) -> dict[str, object]:
    """A reply hangs where its thread does, whatever has become of the notebook since."""
    return {"path": thread.path, "cell_text": "", "cell_digest": ""}


def _named(note: Note) -> list[User]:
    """Keeps what the note names; who is named for the first time watches from now on."""
    people = keep_named(note, references_in(note.body))
    for person in people:
        _watch(note, person)
    return people


def _watch(note: Note, person: User) -> None:
    """Of a notebook in another space nothing would be told for this note; and not all who are named may see it."""
    if note.notebook is not None and note.notebook.space_id == note.space_id:
        watch(person, notebook=note.notebook)
    elif note.meme is not None:
        watch(person, family=note.meme)


def _check(body: str, by: User) -> None:
    if not body:
        raise Unfit(_("A note needs words."))
    if len(body) > LONGEST_BODY:
        longest = {"most": LONGEST_BODY, "length": len(body)}
        raise Unfit(_("A note holds at most %(most)d characters; this one has %(length)d.") % longest)
    _must_not_be_too_fast(by)


def _check_labels(note: Note, labels: Mapping[str, str]) -> None:
    if note.parent_id is not None:
        raise Unfit(_("A reply has the labels of its thread."))
    if "reach" in labels and labels["reach"] not in announcing.place_of(note).reaches:
        raise Unfit(_("A note can be seen only where what it hangs on is."))


def _must_not_be_too_fast(by: User) -> None:
    since = timezone.now() - timedelta(minutes=1)
    notes = Note.objects.filter(author=by, created_at__gt=since).values_list("created_at", flat=True)
    edits = Edit.objects.filter(by=by, at__gt=since, what__in=_COUNTED).values_list("at", flat=True)
    times = sorted([*notes, *edits])
    if len(times) >= MOST_A_MINUTE:
        free_at = times[-MOST_A_MINUTE]
        raise TooFast(MOST_A_MINUTE, max(1, round((free_at - since).total_seconds())))


def _held(pk: int) -> Note:
    """The row, kept from others until the transaction ends."""
    held = Note.objects.select_for_update(of=("self",)).select_related("space", "notebook", "author")
    found = held.filter(pk=pk).first()
    if found is None:
        raise Gone
    return found


def _must_be_as_seen(note: Note, seen: str) -> None:
    if note.deleted_at is not None:
        raise Gone
    if digest_of(note.body) != seen:
        raise Changed(note)


def _must(may: bool, note: Note, why: str) -> None:  # noqa: FBT001  reads as a sentence where it stands
    if not may:
        raise _refusal(note, why)


def _refusal(note: Note, why: str) -> Gone | NotAllowed:
    return Gone() if note.deleted_at is not None else NotAllowed(why)


def _note_edit(note: Note, what: Edit.What, by: User, body: str = "") -> Edit:
    return Edit.objects.create(note=note, what=what, body=body, by=by)


def _change(note: Note, **columns: object) -> None:
    for name, value in columns.items():
        setattr(note, name, value)
    note.save(update_fields=list(columns))
