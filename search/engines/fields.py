"""Kinds of fields that our engines tell apart, in Haystack's terms."""

from typing import Any

from haystack import indexes


class TextField(indexes.CharField):  # type: ignore[misc]
    """Cut by search.analysis and searched by its atoms.

    `own` text is what a document is found by. The rest is context: it helps to satisfy further words of a
    query, but does not make a hit by itself.
    """

    def __init__(self, *, own: bool = True, **kwargs: Any) -> None:
        super().__init__(**{"null": True, "stored": False, **kwargs})
        self.own = own


class PartsField(indexes.CharField):  # type: ignore[misc]
    """Atoms without order, for single words only."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"null": True, "stored": False, **kwargs})


class KeywordField(indexes.CharField):  # type: ignore[misc]
    """One value as it is: to filter by and to count."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"null": True, "stored": False, **kwargs})


class LabelsField(indexes.MultiValueField):  # type: ignore[misc]
    """Any number of values as they are: to filter by and to count."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"null": True, "stored": False, **kwargs})


class NumberField(indexes.IntegerField):  # type: ignore[misc]
    """A whole number: to filter, count and order by.

    `is_scope`: every search names those that may be seen, often all there are.
    """

    def __init__(self, *, is_scope: bool = False, **kwargs: Any) -> None:
        super().__init__(**{"null": True, "stored": False, **kwargs})
        self.is_scope = is_scope


class PrecedenceField(NumberField):
    """A whole number, up to some ten thousand: of equally good hits the one with the highest comes first."""


class MomentField(indexes.DateTimeField):  # type: ignore[misc]
    """A time with its zone: to filter and order by."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"null": True, "stored": False, **kwargs})
