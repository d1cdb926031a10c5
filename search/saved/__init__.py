"""Searches that are kept: asked again by whoever may see them, as themselves, with word of what is new."""
