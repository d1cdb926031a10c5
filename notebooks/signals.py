"""What the ground announces. Receivers write rows that say what is due, inside the sender's transaction."""

from django.dispatch import Signal

# The cells of these were replaced. kwargs: notebooks (Sequence[Notebook]), adoptions (with the notebook each is of:
# Sequence[tuple[Notebook, identity.Adoption]])
notebooks_ingested = Signal()
# Its place, or who may see it, or whether it is there at all has changed. kwargs: notebook
notebook_changed = Signal()
# Bytes are about to be tidied away. kwargs: prefix (two digits). Receivers give the sha256 that they name.
bytes_wanted = Signal()
