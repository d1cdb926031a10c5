"""What notes announce. Receivers write rows that say what is due, inside the sender's transaction."""

from django.dispatch import Signal

# A note was written, or it, its state or its labels have changed, or it was deleted. kwargs: note (Note)
note_changed = Signal()
