"""What the pages teach is what the language understands."""

import pytest
from django.urls import reverse
from django.utils import translation

from search import refresh
from search.guide import CHAPTERS, FIRST
from search.language import read
from search.language.fields import FIELDS
from search.language.tree import Field, Not, parts
from search.saying import said

EXAMPLES = [*FIRST, *(example for chapter in CHAPTERS for example in chapter.examples)]


@pytest.mark.parametrize(
    "query", sorted({text for each in EXAMPLES for text in (each.query, each.in_japanese) if text})
)
def test_every_example_is_understood(query):
    found = read(query)
    assert (found.advice, found.is_empty) == ((), False)


def test_every_field_has_an_example():
    nodes = [node for each in EXAMPLES for node in parts(read(each.query).tree)]
    inner = [node.of if isinstance(node, Not) else node for node in nodes]
    assert {node.name for node in inner if isinstance(node, Field)} == set(FIELDS)


def test_the_page_shows_them_in_both_languages(client, db, index):
    refresh.rebuild()
    english = client.get(reverse("search-operators")).content.decode()
    japanese = client.get(reverse("search-operators"), headers={"accept-language": "ja"}).content.decode()
    assert "?q=title%3Adisk" in english
    assert "title:容量" in japanese
    assert reverse("search-operators") in client.get(reverse("search")).content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("in:markdown", "text"),
        ("has:hazard", "an open hazard"),
        ("is:run", "a run of a template"),
        ("updated:>=2026-01-01", "since 2026-01-01"),
        ("updated:2026-01..2026-03", "2026-01 to 2026-03"),
        ("updated:..2026-03", "until 2026-03"),
        ("updated:2026-01..", "since 2026-01"),
        ("created:this-week", "this week"),
        ("ran:<30d", "in the last 30 days"),
        ("ran:1h", "in the last 1 hour"),
        ("ran:>2週間", "more than 2 weeks ago"),
        ("ran:<2026年", "before 2026年"),
        ("failed:>3", "more than 3"),
        ("failed:2", "2"),
        ("host:web*", "web*"),
    ],
)
def test_a_value_is_said_in_words(query, words):
    field = read(query).tree
    with translation.override("en"):
        assert said(FIELDS[field.name], field.values[0]) == words
