"""What the ground announces. Receivers write rows that say what is due, inside the sender's transaction."""

from django.dispatch import Signal

# A notebook's cells were replaced. kwargs: notebook (Notebook), adoptions (tuple[identity.Adoption, ...])
notebook_ingested = Signal()
# Its place, or who may see it, or whether it is there at all has changed. kwargs: notebook
notebook_changed = Signal()
# Bytes are about to be tidied away. kwargs: prefix (two digits). Receivers give the sha256 that they name.
bytes_wanted = Signal()
