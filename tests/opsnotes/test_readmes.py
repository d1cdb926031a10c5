"""README.md on the page of its folder: its links, its places, the images it holds in itself."""

import re
from base64 import b64decode, b64encode

import pytest
from django.urls import reverse

from notebooks import blobs, sidefiles
from tests.builders import make_runbook, make_space, make_user
from tests.hostile import svg_payloads
from tests.notebooks.rendering.test_safety import safe_drawing

pytestmark = pytest.mark.django_db

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
ABSENT = "0" * 64


@pytest.fixture
def space(client):
    person = make_user()
    client.force_login(person)
    return make_space("hub", readers=[person])


def write(space, text, path="docs/README.md"):
    raw = text.encode()
    sidefiles.store(space, path, blobs.put(raw), len(raw))


def shown(client, folder="docs/"):
    response = client.get(reverse("browse", args=["hub", folder]))
    assert "img-src 'self'" in response["Content-Security-Policy"]
    return response.content.decode()


def images(client):
    return re.findall(r'<img src="([^"]*)"', shown(client))


def test_image_in_a_data_url_is_shown(client, space):
    write(space, f"![dot](data:image/png;base64,{DOT})")
    [address] = images(client)
    response = client.get(address)
    assert (response.content, response["Content-Type"]) == (b64decode(DOT), "image/png")
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_large_image_pasted_into_a_long_text_is_shown(client, space):
    raw = b"\x89PNG\r\n\x1a\n" + bytes(60_000)
    write(space, f"![big](data:image/png;base64,{b64encode(raw).decode()})\n\n{'text ' * 5_000}")
    assert client.get(images(client)[0]).content == raw


def test_image_of_a_readme_under_a_japanese_name_is_shown(client, space):
    write(space, f"![dot](data:image/png;base64,{DOT})", "手順 1/README.md")
    [address] = re.findall(r'<img src="([^"]*)"', shown(client, "手順 1/"))
    assert client.get(address).content == b64decode(DOT)


def test_drawing_in_a_data_url_is_made_safe(client, space):
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><script>go()</script><rect onclick="go()"/></svg>'
    write(space, f"![x](data:image/svg+xml;base64,{b64encode(drawing.encode()).decode()})")
    response = client.get(images(client)[0])
    assert response["Content-Type"] == "image/svg+xml"
    assert b"<rect" in response.content
    assert b"go()" not in response.content


@pytest.mark.parametrize("payload", svg_payloads())
def test_hostile_drawing_is_harmless_or_not_there(client, space, payload):
    data = b64encode(payload.encode()).decode()
    write(
        space,
        f"![a](data:image/svg+xml;base64,{data})\n\n<img src='data:image/svg+xml;base64,{data}'>\n\n{payload}",
    )
    for address in images(client):
        response = client.get(address)
        assert response["Content-Type"] == "image/svg+xml"
        assert safe_drawing(response.content)


@pytest.mark.parametrize(
    "source",
    [
        "data:text/html;base64,PHNjcmlwdD4xPC9zY3JpcHQ+",
        "data:image/png;base64,PHNjcmlwdD4xPC9zY3JpcHQ+",
        "data:image/svg+xml,%3Chtml%3E%3Cscript%3E1%3C/script%3E%3C/html%3E",
        "data:image/png;base64,!!!",
        "data:,",
    ],
)
def test_what_is_no_image_is_not_shown(client, space, source):
    write(space, f"![x]({source})")
    html = shown(client)
    assert "missing-image" in html
    assert "data:" not in html[html.index("missing-image") - 200 :]


def test_image_is_asked_for_by_readers_alone(client, space):
    write(space, f"![dot](data:image/png;base64,{DOT})")
    [address] = images(client)
    client.force_login(make_user())
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("digest", [ABSENT, "", "x", "../../etc/passwd", "%00"])
def test_image_that_the_readme_does_not_hold_is_404(client, space, digest):
    write(space, "# no image")
    assert (
        client.get(f"{reverse('side-file', args=['hub', 'docs/README.md'])}?image={digest}").status_code
        == 404
    )


def test_only_a_readme_holds_images(client, space):
    raw = b64decode(DOT)
    sidefiles.store(space, "a.png", blobs.put(raw), len(raw))
    assert (
        client.get(f"{reverse('side-file', args=['hub', 'a.png'])}?image={blobs.put(raw)}").status_code == 404
    )


def test_image_beside_the_readme_is_shown(client, space):
    raw = b64decode(DOT)
    sidefiles.store(space, "docs/images/a.png", blobs.put(raw), len(raw))
    write(space, "![a](images/a.png) ![b](images/b.png)")
    assert images(client) == [reverse("side-file", args=["hub", "docs/images/a.png"])]


def test_links_within_the_readme_lead_to_its_headings_or_nowhere(client, space):
    write(space, "[a](#What-is-where) [b](#what%20is%20where) [c](#gone)\n\n# What is where")
    html = shown(client)
    assert html.count('href="#cell--1-What-is-where"') == 3
    assert "<a>c</a>" in html


def test_links_into_runbooks_lead_to_the_heading(client, space):
    runbook = make_runbook("ls", ("markdown", "## Step two"), space=space, path="docs/a.ipynb")
    write(space, "[go](a.ipynb#Step-two)")
    assert f'href="{runbook.get_absolute_url()}#cell-1-Step-two"' in shown(client)
