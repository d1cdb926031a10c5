"""Which parameters a view looks at. What it never asks for by name cannot trouble it, whatever it is."""

from contextlib import contextmanager
from functools import wraps
from unittest.mock import patch

from django.http import QueryDict
from rest_framework.parsers import JSONParser


@contextmanager
def looking_at_queries():
    """The names that are looked up in an address or a form inside."""
    names = set()
    asked = {name: _noting(getattr(QueryDict, name), names) for name in _BY_NAME}
    append = QueryDict.appendlist

    def appended(self, name, value):
        """Which asks whether the name is there already, while the address is read."""
        before = set(names)
        append(self, name, value)
        names.intersection_update(before)

    with patch.multiple(QueryDict, appendlist=appended, **asked):
        yield names


@contextmanager
def looking_at_bodies():
    """The names that are looked up in an object of JSON inside; who goes through the object has looked at all of it."""
    names = set()
    by_name = {name: _noting(getattr(dict, name), names) for name in _BY_NAME if hasattr(dict, name)}
    whole = {name: _noting_all(getattr(dict, name), names) for name in _WHOLE}
    noting = type("Noting", (dict,), by_name | whole)
    parse = JSONParser.parse

    def parsed(self, *args, **kwargs):
        body = parse(self, *args, **kwargs)
        return noting(body) if isinstance(body, dict) else body

    with patch.object(JSONParser, "parse", parsed):
        yield names


_BY_NAME = ("__contains__", "__getitem__", "get", "getlist", "pop")
_WHOLE = ("__iter__", "items", "keys")


def _noting(function, names):
    @wraps(function)
    def noted(self, name, *args, **kwargs):
        names.add(name)
        return function(self, name, *args, **kwargs)

    return noted


def _noting_all(function, names):
    @wraps(function)
    def noted(self):
        names.update(dict.keys(self))
        return function(self)

    return noted
