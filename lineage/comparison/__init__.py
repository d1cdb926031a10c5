"""Notebooks beside each other: alignment, differences in words, the page."""
