"""The door of the web server as it is started in operation, which allows less than Django's own."""

import http.client
import json
import socket
from contextlib import closing
from urllib.parse import quote, urlencode

import pytest

from opsnotes.serving import web
from tests.sites import Site
from tests.stickies.test_door_query import asked

pytestmark = pytest.mark.xdist_group("door")  # one server

MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008-1-00ff"
PREPARE = """
from django.contrib.auth.models import User
from notebooks.models import Space
from stickies import writing
from stickies.door.keys import make_key
from stickies.drafts import At, Draft
who = User.objects.create_user("kato")
space = Space.objects.create(name="Ops", slug="ops")
space.writers.add(who)
writing.write(Draft(space, At(title='手順 "A" / B'), "まず止める"), who)
print(make_key(space, "hub", who))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory, migrated):
    site = Site(tmp_path_factory.mktemp("door") / "data", template=migrated)
    key = site.manage("shell", "-v0", "-c", PREPARE).strip().splitlines()[-1]
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command, _signal = web("127.0.0.1", port)["web"]
    site.start(*command[1:])
    try:
        site.wait_for(lambda: _listens(port))
        yield port, key
    finally:
        site.stop()


def _listens(port):
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def get(server, target):
    connection = http.client.HTTPConnection("127.0.0.1", server[0], timeout=30)
    connection.request("GET", target, headers={"User-Agent": "Tornado/6.5.1", "Accept-Encoding": "gzip"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def search(server, query, end):
    target = f"/ep_weave/api/search?q={quote(query, safe='')}&sort=indexed%20desc{end}"
    response, body = get(server, target)
    return response.status, json.loads(body)


def test_headings_are_found_and_keys_are_told_apart(server):
    key = f"&apikey={server[1]}"
    status, found = search(server, asked(MEME, '手順 "A" / B'), key)
    assert status == 200 and found["numFound"] == 1
    assert found["docs"][0]["title"] == '手順 "A" / B' and found["docs"][0]["shorttext"] == "まず止める"
    assert search(server, asked(MEME), key) == (200, {"docs": [], "numFound": 0, "start": 0})
    assert [search(server, "a", end)[0] for end in ("", "&apikey=", "&apikey=x")] == [400, 401, 403]


def test_a_title_of_slashes_and_a_whole_body_of_japanese_come_through(server):
    body = "\n\n#8f5c5fe2-71cc-11e7-9abe-02420aff0008\n```\n" + "確" * 1000
    target = f"/t/{quote('/etc//hosts ' + '手' * 90)}?{urlencode({'body': body[:1024]}, quote_via=quote)}"
    assert len(target) > 9000
    response, _ = get(server, target)
    assert response.status == 302 and response.headers["Location"].startswith("/login/?next=/t/")
