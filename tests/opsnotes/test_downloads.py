import ast
import base64
import json
import re
from datetime import UTC

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from notebooks import blobs, moving, sidefiles
from notebooks.ingest import ingest
from notebooks.models import Asset
from notebooks.parsing import parse
from notebooks.scripts import script_of
from opsnotes.models import Preferences
from tests.builders import display, lose_bytes, make_notebook, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db
PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082"
    )
).decode()


@pytest.fixture
def space(client):
    person = make_user()
    client.force_login(person)
    return make_space(readers=[person])


def download(client, notebook, kind, **query):
    return client.get(reverse("download", args=[notebook.pk, kind]), query)


def html_of(client, notebook, **query):
    return b"".join(download(client, notebook, "html", **query).streaming_content).decode()


def script(*cells, **notebook):
    return script_of(parse(make_notebook(*cells, **notebook)))


def test_python_comes_with_its_prose_as_comments():
    made = script(("markdown", "# Disk\nlook"), "x = 1")
    assert made.ending == ".py"
    assert "# # Disk\n# look" in made.text
    assert ast.unparse(ast.parse(made.text)) == "x = 1"


def test_commands_stay_as_they_were_written():
    made = script("!opsctl df {host}", "%%bash\nls -l", "%time x")
    assert all(source in made.text for source in ("!opsctl df {host}", "%%bash\nls -l", "%time x"))


def test_bash_comes_with_its_prose_as_comments():
    made = script(("markdown", "Look\n\nat it"), "df -h", language="bash")
    assert made.ending == ".sh"
    assert made.text.split() == ["#", "Look", "#", "#", "at", "it", "df", "-h"]


def test_a_language_that_nobody_knows_is_text():
    made = script(("markdown", "prose"), "MOVE A TO B", language="cobol")
    assert (made.ending, "MOVE A TO B" in made.text) == (".txt", True)


@pytest.mark.parametrize("exporter", ["notebooks.models.Notebook", "pdf", "webpdf", "no.such.module"])
def test_the_file_cannot_choose_what_exports_it(exporter):
    document = json.loads(make_notebook("x = 1"))
    document["metadata"]["language_info"] |= {"nbconvert_exporter": exporter, "file_extension": "/../../x"}
    made = script_of(parse(json.dumps(document).encode()))
    assert (made.ending, "x = 1" in made.text) == (".py", True)


def test_a_script_is_an_attachment_named_after_the_file(client, space):
    notebook = make_runbook("x = 1", space=space, path='ops/手順 "1".ipynb')
    response = download(client, notebook, "script")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%89%8B")
    assert response["Content-Disposition"].endswith(".py")


def test_lone_surrogates_do_not_break_a_script(client, space):
    assert download(client, make_runbook("a = '\ud800'", space=space), "script").status_code == 200


def test_html_is_one_file_that_asks_no_server(client, space):
    notebook = make_runbook(
        ("markdown", "# Disk <script>alert(1)</script>"),
        ("code", "plot()", [display({"image/png": PNG})]),
        space=space,
    )
    response = download(client, notebook, "html")
    html = b"".join(response.streaming_content).decode()
    assert response["Content-Disposition"] == 'attachment; filename="runbook.html"'
    assert "data:image/png;base64," in html
    assert "<script" not in html
    addresses = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert [
        each for each in addresses if not each.startswith(("data:", "#", "http://127.0.0.1:8000/n/"))
    ] == []


def test_html_brings_its_own_policy_and_styles(client, space):
    html = html_of(client, make_runbook(space=space))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    styles = base64.b64decode(
        re.search(r'href="data:text/css;charset=utf-8;base64,([^"]*)"', html)[1]
    ).decode()
    assert "--paper" in styles
    assert ".source" in styles


def test_html_holds_long_outputs_whole(client, space):
    lines = "\n".join(f"line {number}" for number in range(2000))
    html = html_of(client, make_runbook(("code", "x", [stream(lines)]), space=space))
    assert "line 1000" in html


def test_html_is_sent_while_it_is_made(client, space, monkeypatch):
    monkeypatch.setattr("opsnotes.views.downloads.AT_ONCE", 2)
    notebook = make_runbook(*[("code", f"step({number})", [stream("x")]) for number in range(6)], space=space)
    pieces = list(download(client, notebook, "html").streaming_content)
    assert [piece.count(b'class="row') for piece in pieces] == [0, 2, 2, 2, 0]
    assert pieces[0].lstrip().startswith(b"<!doctype html>")
    assert pieces[-1].rstrip().endswith(b"</html>")


def test_html_is_in_the_readers_language_and_zone_to_its_end(client, space, monkeypatch):
    monkeypatch.setattr("opsnotes.views.downloads.AT_ONCE", 1)
    person = make_user()
    Preferences.objects.create(user=person, language="ja", time_zone="Asia/Tokyo")
    client.force_login(person)
    space.readers.add(person)
    lines = "\n".join(f"line {number}" for number in range(2000))
    raw = json.loads(make_notebook(("code", "x", [stream(lines)])))
    raw["cells"][0]["metadata"]["ExecuteTime"] = {
        "start_time": "2026-03-27T05:52:00Z", "end_time": "2026-03-27T05:52:01Z",
    }  # fmt: skip
    notebook = ingest(space, "a.ipynb", json.dumps(raw).encode()).notebook
    response = download(client, notebook, "html")
    with translation.override("en"), timezone.override(UTC):
        html = b"".join(response.streaming_content).decode()
        assert translation.get_language() == "en"
    assert '<html lang="ja">' in html
    assert "2026-03-27 14:52 JST" in html
    assert "リビジョン" in html or "版" in html


def test_links_in_the_html_lead_back_to_this_server(client, space):
    other = make_runbook(("markdown", "# Other"), space=space, path="other.ipynb")
    notebook = ingest(space, "a.ipynb", make_notebook(("markdown", "[x](other.ipynb)"))).notebook
    html = html_of(client, notebook)
    assert f'href="http://127.0.0.1:8000{other.get_absolute_url()}"' in html


@pytest.mark.parametrize("kind", ["script", "html"])
def test_a_stranger_gets_404(client, kind):
    assert download(client, make_runbook(), kind).status_code == 404


@pytest.mark.parametrize("kind", ["script", "html"])
def test_a_deleted_runbook_is_410(client, space, kind):
    notebook = make_runbook(space=space)
    moving.delete(notebook, make_user())
    assert download(client, notebook, kind).status_code == 410


def test_a_format_that_is_none_is_404(client, space):
    assert download(client, make_runbook(space=space), "pdf").status_code == 404


def test_images_beside_the_notebook_are_inside_the_html(client, space):
    raw = base64.b64decode(PNG)
    sidefiles.store(space, "images/plot.png", blobs.put(raw), len(raw))
    notebook = make_runbook(("markdown", "![plot](images/plot.png) [file](images/plot.png)"), space=space)
    html = html_of(client, notebook)
    assert f'src="data:image/png;base64,{PNG}"' in html
    assert f'href="http://127.0.0.1:8000{reverse("side-file", args=[space.slug, "images/plot.png"])}"' in html


@pytest.fixture
def revised(space):
    """A notebook whose second revision has another title, text and image."""
    picture = [display({"image/png": PNG})]
    ingest(space, "a.ipynb", make_notebook(("markdown", "# Before"), ("code", "first()", picture)))
    return ingest(space, "a.ipynb", make_notebook(("markdown", "# After"), "second()")).notebook


def test_an_old_revision_is_taken_along_as_it_was(client, revised):
    html = html_of(client, revised, revision=1)
    assert "<title>Before</title>" in html
    assert "After" not in html.replace(revised.get_absolute_url(), "")
    assert f"data:image/png;base64,{PNG}" in html
    assert f"http://127.0.0.1:8000/n/{revised.pk}/v/1/" in html
    assert "second()" not in html
    text = download(client, revised, "script", revision=1).content.decode()
    assert "first()" in text
    assert "second()" not in text


def test_the_current_revision_by_its_number_is_the_current_one(client, revised):
    html = html_of(client, revised, revision=2)
    assert html == html_of(client, revised)
    assert revised.get_absolute_url() in html


@pytest.mark.parametrize("kind", ["script", "html"])
@pytest.mark.parametrize("number", ["3", "0", "x", "-1", "1" * 30])
def test_a_revision_that_is_none_is_404(client, revised, kind, number):
    assert download(client, revised, kind, revision=number).status_code == 404


@pytest.mark.parametrize("kind", ["script", "html"])
def test_a_stranger_gets_no_old_revision_either(client, revised, kind):
    client.force_login(make_user())
    assert download(client, revised, kind, revision=1).status_code == 404


def test_an_old_revision_whose_image_is_lost_is_said_to_lack_it(client, revised):
    for asset in Asset.objects.all():
        lose_bytes(asset.pk)
    assert download(client, revised, "html", revision=1).status_code == 503
    assert download(client, revised, "html").status_code == 200
