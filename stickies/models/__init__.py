from stickies.models.key import DoorKey
from stickies.models.note import Channel, Edit, Kind, Mention, Note, Reach, Seen, Tag

__all__ = ["Channel", "DoorKey", "Edit", "Kind", "Mention", "Note", "Reach", "Seen", "Tag"]
