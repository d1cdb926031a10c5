"""What a fresh start leaves on the disk and sends to the browser: the real settings, in processes of their own."""

import os
import stat

import pytest

from tests.builders import make_notebook
from tests.sites import Site


@pytest.fixture
def generous():
    """The umask that most systems come with: what is made is for everybody to read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(root):
    """Folders that others can enter and files that they can read, below `root`, as far as they come to them."""
    if root.is_dir():
        if stat.S_IMODE(root.stat().st_mode) & 0o077:
            yield root
            for each in root.iterdir():
                yield from open_to_others(each)
    elif stat.S_IMODE(root.stat().st_mode) & 0o077:
        yield root


def test_what_is_kept_is_for_the_servers_own_account_alone(tmp_path, generous):
    site = Site(tmp_path / "deep" / "site")
    (tmp_path / "x.ipynb").write_bytes(make_notebook("ls"))
    site.manage("ingest", tmp_path / "x.ipynb", "--wait")
    site.manage("reindex")
    assert list(open_to_others(site.data)) == []
    for name in ("opsnotes.sqlite3", "secret_key", "blobs", "index"):
        assert not stat.S_IMODE((site.data / name).stat().st_mode) & 0o077, name
    blobs = [path for path in (site.data / "blobs").rglob("*") if path.is_file()]
    assert [oct(stat.S_IMODE(path.stat().st_mode)) for path in blobs] == ["0o600"] * len(blobs) != []


def test_a_data_folder_that_is_there_stays_as_its_operator_made_it(tmp_path, generous):
    data = tmp_path / "site"
    data.mkdir(mode=0o750)
    Site(data)
    assert stat.S_IMODE(data.stat().st_mode) == 0o750
    assert {path.name for path in open_to_others(data)}.isdisjoint(
        {"opsnotes.sqlite3", "opsnotes.sqlite3-wal", "secret_key", "blobs", "index"}
    )


def hsts(site, address, **headers):
    host = address.partition("//")[2]
    script = f"""
from django.test import Client
answer = Client(headers={headers!r}).get("/healthz", secure=False, HTTP_HOST={host!r})
print("HSTS", answer.status_code, answer.headers.get("Strict-Transport-Security"))
"""
    said = site.manage("shell", "-v0", "-c", script, OPSNOTES_BASE_URL=address)
    return said.split("HSTS ")[1].strip()


def test_browsers_are_told_to_stay_on_https_only_where_it_is_spoken(tmp_path, migrated):
    site = Site(tmp_path / "site", template=migrated)
    through_proxy = {"x-forwarded-proto": "https"}
    assert hsts(site, "https://ops.example.org", **through_proxy) == "200 max-age=2592000"
    assert hsts(site, "https://ops.example.org") == "200 None"
    assert hsts(site, "http://ops.example.org", **through_proxy) == "200 None"
