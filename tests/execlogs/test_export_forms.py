"""A report as Markdown, HTML and JSON: nothing that was executed breaks out of where it stands."""

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from execlogs.export import FORMATS, Note, Ran, Report
from execlogs.export.markdown import escaped, fenced, quoted
from execlogs.export.report import Reply

AT = datetime(2026, 5, 2, 12, tzinfo=UTC)
# What would end a fence, a span, an element, a string; and what would begin one.
HOSTILE = (
    "```\n# out\n`` ` ```` </pre></script><script>alert(1)</script> \"'\\ \x1b[31mred\r\n~~~\n"
    "\u2028&lt;![x](javascript:y)"
)
TEXT = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(list("`~<>&\"'\\\n\r#*_[]()!-> \tab")), max_size=40).map("".join),
)


def ran(**told):
    return Ran(
        **{
            "pk": 1, "url": "https://ops.example.org/executions/1/", "at": AT, "ended_at": AT,
            "duration": timedelta(seconds=1.5), "status": "ok", "ended": "succeeded", "who": "kato", "host": "hub",
            "space": "Ops", "runbook": "Disk full", "notebook": 7, "path": "x.ipynb", "meme": "", "language": "python",
            "code": "df", "output": "90%", "error": "", "witnesses": ["log"], "is_weak": False, "started_text": "",
            "log_path": "", "code_sha256": "a" * 64, "output_sha256": "b" * 64, **told,
        }
    )  # fmt: skip


def note(**told):
    fields = {
        "url": "/notes/1/", "kind": "hazard", "author": "sato", "at": AT, "is_resolved": False, "body": "mind",
        "quote": "", "about": "", **told,
    }  # fmt: skip
    return Note(**fields)


def report(executions=(), notes=(), **told):
    executions = list(executions)
    fields = {
        "made_at": AT, "made_by": "kato", "url": "https://ops.example.org/executions/?since=2026-05-02", "since": AT,
        "until": None, "narrowed": [], "count": len(executions), "is_cut": False, "zone": ZoneInfo("Asia/Tokyo"),
        "executions": executions, "notes": lambda: notes, **told,
    }  # fmt: skip
    return Report(**fields)


def told(name, *args, **kwargs):
    return "".join(FORMATS[name].told(report(*args, **kwargs)))


def fences(markdown):
    return [token for token in MarkdownIt().parse(markdown) if token.type == "fence"]


@pytest.mark.parametrize("name", FORMATS)
def test_every_form_says_who_when_in_both_zones_and_what(name):
    text = told(name, [ran()], [note()]).replace("\\", "")
    for words in ("kato", "Disk full", "df", "90%", "a" * 64, "b" * 64, "mind", "sato"):
        assert words in text, words
    assert "2026-05-02 21:00:00 JST" in text or "2026-05-02T21:00:00+09:00" in text
    assert "2026-05-02 12:00:00 UTC" in text or "2026-05-02T12:00:00Z" in text


@pytest.mark.parametrize("name", FORMATS)
def test_every_form_says_that_it_is_cut(name):
    assert "There are more executions" in told(name, [ran()], is_cut=True)


@pytest.mark.parametrize("name", FORMATS)
def test_every_form_says_what_is_left_out_of_an_output(name):
    assert "1234" in told(name, [ran(left_out=1234)])


def test_code_cannot_break_out_of_its_fence():
    text = told("markdown", [ran(code=HOSTILE, output=HOSTILE)], [note(body=HOSTILE, quote=HOSTILE)])
    assert len(fences(text)) == 4
    headings = [token for token in MarkdownIt().parse(text) if token.type == "heading_open"]
    assert len(headings) == 4  # ours


@given(TEXT)
def test_what_stands_in_a_fence_is_what_was_written(text):
    (fence,) = fences(f"before\n\n{fenced(text, 'python')}\n\nafter\n")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    assert fence.content == (lines + "\n").replace("\0", "\ufffd")
    assert MarkdownIt().render(f"{fenced(text)}\n\nafter\n").endswith("<p>after</p>\n")


@given(TEXT)
def test_what_stands_in_a_line_is_only_words(text):
    html = MarkdownIt("commonmark", {"html": True}).render(f"x{escaped(text)}x")
    assert re.fullmatch(r"<p>[^<>]*</p>\n", html)
    spans = MarkdownIt("commonmark", {"html": True}).render(f"x {quoted(text)} x")
    assert re.fullmatch(r"<p>x <code>[^<>]*</code> x</p>\n", spans)


@given(TEXT, TEXT)
def test_html_has_our_elements_alone(first, second):
    plain = told("html", [ran(log_path="x", error="x", left_out=1)], [note(quote="x")])
    texts = {"code": first, "output": f"x{second}", "who": first or "x", "runbook": second or "x"}
    executed = ran(**texts, log_path=first or "x", error=second or "x", left_out=1)
    text = told("html", [executed], [note(body=first, quote=second or "x", author=second)])
    tags = re.compile(r"<(/?\w+)")
    assert tags.findall(text) == tags.findall(plain)
    assert "<script" not in text


def test_html_needs_nothing_and_runs_nothing():
    text = told("html", [ran()])
    assert "default-src 'none'" in text
    assert not re.search(r"<(script|link|img|iframe)|\son\w+=|src=", text)


@given(st.lists(TEXT, max_size=4))
def test_json_is_json_with_every_text_as_it_is(texts):
    executions = [ran(pk=number, code=text, output=text) for number, text in enumerate(texts)]
    replies = [Reply("lee", AT, text) for text in texts]
    read = json.loads(told("json", executions, [note(body=text, replies=replies) for text in texts]))
    assert [each["code"] for each in read["executions"]] == texts
    assert [each["output"] for each in read["executions"]] == texts
    assert [each["body"] for each in read["notes"]] == texts
    assert all([reply["body"] for reply in each["replies"]] == texts for each in read["notes"])


def test_a_report_of_nothing_is_whole_too():
    assert json.loads(told("json"))["executions"] == []
    assert told("html").rstrip().endswith("</html>")
