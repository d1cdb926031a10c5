import hashlib

import pytest
from django.urls import reverse
from django.utils import timezone

from notebooks import blobs, sidefiles
from notebooks.models import Asset, NotebookAsset
from notebooks.rendering import marks
from tests.builders import display, make_notebook, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SVG = "<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>"
LONG = "".join(f"line {n}\n" for n in range(500))


@pytest.fixture
def reader(client):
    person = make_user()
    client.force_login(person)
    return person


@pytest.fixture
def space(reader):
    return make_space(readers=[reader])


def runbook(space, *outputs, path="ops/手順書 1.ipynb"):
    return make_runbook(("code", "x", list(outputs)), space=space, path=path)


def asset_of(notebook, media_type):
    return Asset.objects.get(
        pk__in=NotebookAsset.objects.filter(notebook=notebook).values("asset"), media_type=media_type
    )


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_original_comes_back_byte_for_byte(client, space):
    notebook = runbook(space, stream("x"))
    response = client.get(reverse("file", args=[notebook.pk]))
    assert body(response) == make_notebook(("code", "x", [stream("x")]))
    assert response["Content-Type"] == "application/x-ipynb+json"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E6%89%8B%E9%A0%86%E6%9B%B8%201.ipynb"
    )
    assert response["X-Content-Type-Options"] == "nosniff"


def test_original_of_an_old_revision(client, space):
    make_runbook("old", space=space)
    notebook = make_runbook("new", space=space)
    address = reverse("file", args=[notebook.pk])
    assert b"old" in body(client.get(address, {"revision": 1}))
    assert b"new" in body(client.get(address, {"revision": 2}))
    for nonsense in ("3", "-1", "x", "９", "1" * 30):
        assert client.get(address, {"revision": nonsense}).status_code == 404


def test_original_that_the_browser_has_is_not_sent_again(client, space):
    address = reverse("file", args=[runbook(space).pk])
    etag = client.get(address)["ETag"]
    assert client.get(address, headers={"if-none-match": etag}).status_code == 304


def test_image_is_kept_by_the_browser_for_good(client, space):
    notebook = runbook(space, display({"image/png": DOT}))
    response = client.get(reverse("asset", args=[notebook.pk, asset_of(notebook, "image/png").pk]))
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert body(response).startswith(b"\x89PNG")


def test_drawing_may_do_nothing(client, space):
    notebook = runbook(space, display({"image/svg+xml": SVG}))
    response = client.get(reverse("asset", args=[notebook.pk, asset_of(notebook, "image/svg+xml").pk]))
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
    assert "script-src" not in response["Content-Security-Policy"]


def test_hash_of_anothers_image_opens_nothing(client, space):
    hidden = runbook(make_space(), display({"image/png": DOT}))
    mine = runbook(space)
    sha256 = asset_of(hidden, "image/png").pk
    assert client.get(reverse("asset", args=[hidden.pk, sha256])).status_code == 404
    assert client.get(reverse("asset", args=[mine.pk, sha256])).status_code == 404


def test_folded_output_comes_as_a_piece_for_htmx_and_as_a_page_otherwise(client, space):
    notebook = runbook(space, stream(LONG))
    address = reverse("output", args=[notebook.pk, asset_of(notebook, "text/x-ansi").pk])
    piece = client.get(address, headers={"hx-request": "true"}).content.decode()
    page = client.get(address).content.decode()
    assert piece.strip() == f'<pre class="output">{LONG.strip()}</pre>'
    assert "line 250" in page
    assert "<h1>" in page


def test_folded_output_comes_as_text(client, space):
    notebook = runbook(space, stream("\x1b[31m" + LONG))
    response = client.get(
        reverse("output", args=[notebook.pk, asset_of(notebook, "text/x-ansi").pk]) + "?raw"
    )
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")
    assert response.content.decode() == LONG.strip()


def test_markers_of_a_folded_table_are_filled(client, space):
    target = make_runbook(space=space, path="ops/t.ipynb")
    rows = "<tr><td><a href='t.ipynb'>x</a></td></tr>" * 2000
    notebook = runbook(space, display({"text/html": f"<table>{rows}</table>"}))
    address = reverse("output", args=[notebook.pk, asset_of(notebook, "text/x-fragment").pk])
    html = client.get(address, headers={"hx-request": "true"}).content.decode()
    assert marks.START not in html
    assert html.count(f'href="{target.get_absolute_url()}"') == 2000


def test_outputs_of_one_cell_of_any_revision(client, space):
    make_runbook(("code", "x", [stream("old")]), space=space)
    notebook = make_runbook(("code", "x", [stream("new")]), space=space)
    address = reverse("cell-outputs", args=[notebook.pk, 0])
    assert "new" in client.get(address, headers={"hx-request": "true"}).content.decode()
    assert "old" in client.get(f"{address}?revision=1", headers={"hx-request": "true"}).content.decode()
    assert client.get(reverse("cell-outputs", args=[notebook.pk, 1])).status_code == 404


def test_script_runs_on_an_origin_of_its_own_without_network(client, space):
    notebook = runbook(space, display({"text/html": "<script>go()</script>"}))
    frame = asset_of(notebook, "text/x-frame")
    response = client.get(reverse("frame", args=[notebook.pk, frame.pk]))
    policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
    assert policy["sandbox"] == "allow-scripts"
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'unsafe-inline'"
    assert policy["frame-ancestors"] == "'self'"
    assert "connect-src" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert b"go()" in body(response)


def test_document_with_script_is_served_by_no_other_address(client, space):
    notebook = runbook(space, display({"text/html": "<script>go()</script>"}))
    frame = asset_of(notebook, "text/x-frame")
    assert client.get(reverse("asset", args=[notebook.pk, frame.pk])).status_code == 404
    assert client.get(reverse("output", args=[notebook.pk, frame.pk])).status_code == 404
    assert client.get(reverse("output", args=[notebook.pk, frame.pk]) + "?raw").status_code == 404


def test_long_text_is_no_document_for_the_frame(client, space):
    notebook = runbook(space, stream("<script>go()</script>\n" * 500))
    text = asset_of(notebook, "text/x-ansi")
    assert client.get(reverse("frame", args=[notebook.pk, text.pk])).status_code == 404


def test_side_file_is_shown_to_readers_of_its_space_alone(client, space):
    for each in (space, make_space()):
        raw = b"# Read me <script>"
        sidefiles.store(each, "a/README.md", blobs.put(raw), len(raw))
        response = client.get(reverse("side-file", args=[each.slug, "a/README.md"]))
        if each is not space:
            assert response.status_code == 404
            continue
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert body(response) == raw


def test_drawing_beside_notebooks_may_do_nothing(client, space):
    raw = SVG.replace("<rect", "<script>go()</script><rect").encode()
    sidefiles.store(space, "README.svg", blobs.put(raw), len(raw))
    response = client.get(reverse("side-file", args=[space.slug, "README.svg"]))
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none';")


def addresses(notebook):
    anything = hashlib.sha256(b"anything").hexdigest()
    return [
        reverse("file", args=[notebook.pk]),
        reverse("cell-outputs", args=[notebook.pk, 0]),
        *(reverse(name, args=[notebook.pk, anything]) for name in ("asset", "output", "frame")),
    ]


def test_stranger_gets_404(client):
    client.force_login(make_user())
    for address in addresses(make_runbook()):
        assert client.get(address).status_code == 404, address


def test_files_of_a_deleted_notebook_are_gone(client, space):
    notebook = runbook(space)
    type(notebook).objects.filter(pk=notebook.pk).update(deleted_at=timezone.now())
    for address in addresses(notebook):
        assert client.get(address).status_code == 410, address


def test_nothing_is_written_by_these_addresses(client, space):
    for address in addresses(runbook(space)):
        assert client.post(address).status_code == 405, address
