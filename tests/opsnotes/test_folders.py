from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notebooks import blobs, folders, moving, paths, sidefiles
from notebooks.ingest import Provenance, ingest
from notebooks.models import Notebook
from tests.builders import error, lose_bytes, make_notebook, make_space, make_user, stream

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    person = make_user()
    client.force_login(person)
    return person


@pytest.fixture
def hub(reader):
    return make_space("hub", readers=[reader])


def put(space, path, *cells, saved_at=None, owner=""):
    return ingest(
        space, path, make_notebook(*(cells or ("ls",))), Provenance(owner=owner, saved_at=saved_at)
    ).notebook


def side_file(space, path, raw):
    sidefiles.store(space, path, blobs.put(raw), len(raw))


def folder(client, path="", **query):
    return client.get(reverse("browse", args=["hub", path]), query)


def names(response):
    return [row["folder"].name if row["folder"] else row["notebook"].name for row in response.context["rows"]]


def test_a_stranger_gets_404(client, hub):
    put(hub, "a.ipynb")
    client.logout()
    assert folder(client).status_code == 404


def test_sub_folders_come_first_with_how_many_runbooks_are_below(client, hub):
    for path in ("z.ipynb", "runs/kato/a.ipynb", "runs/kato/b.ipynb", "runs/lee/c.ipynb"):
        put(hub, path)
    response = folder(client)
    assert names(response) == ["runs", "z.ipynb"]
    assert response.context["rows"][0]["folder"].count == 3


def test_a_folder_of_a_single_run_shows_what_was_run_and_how_far(client, hub):
    run = put(hub, "20260327-disk/x.ipynb", ("markdown", "# Disk full"), ("code", "df", [error("E", "full")]))
    response = folder(client)
    row = response.context["rows"][0]
    assert (row["folder"].name, row["notebook"], row["verdict"].stopped_step) == ("20260327-disk", run, 1)
    assert "stopped at 1" in response.content.decode()


def test_folders_whose_names_begin_alike_do_not_mix(client, hub):
    for path in (
        "run/a.ipynb",
        "runs/b.ipynb",
        "run%/c.ipynb",
        "ru_/d.ipynb",
        "RUN/e.ipynb",
        "run/sub/f.ipynb",
    ):
        put(hub, path)
    assert sorted(names(folder(client))) == sorted(["RUN", "ru_", "run", "run%", "runs"])
    assert names(folder(client, "run/")) == ["sub", "a.ipynb"]
    assert names(folder(client, "run%/")) == ["c.ipynb"]
    assert names(folder(client, "RUN/")) == ["e.ipynb"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(alphabet="aA_%0/.é手", min_size=1, max_size=8), min_size=1, max_size=8))
def test_every_runbook_is_reached_by_going_down_its_folders(db, typed):
    space = make_space()
    wanted = set()
    for each in typed:
        try:
            wanted.add(paths.clean(f"{each}/x.ipynb"))
        except paths.UnsafePath:
            continue
    Notebook.objects.bulk_create(
        Notebook(space=space, path=path, folder=paths.folder_of(path), title="x") for path in wanted
    )
    assert set(walk(space, "")) == wanted


def walk(space, folder):
    listing = folders.Listing(space, folder, folders.Sort.NAME)
    below = 0
    for entry in listing[0 : len(listing)]:
        if isinstance(entry, folders.SubFolder):
            found = list(walk(space, entry.path))
            assert len(found) == entry.count
            below += len(found)
            yield from found
        else:
            yield entry.path


def test_sorted_by_name_whatever_the_case(client, hub):
    for path in ("b.ipynb", "A.ipynb", "c/x.ipynb", "c/y.ipynb"):
        put(hub, path)
    assert names(folder(client)) == ["c", "A.ipynb", "b.ipynb"]


def test_sorted_by_time_the_newest_first(client, hub):
    put(hub, "old/x.ipynb", saved_at=datetime(2024, 1, 1, tzinfo=UTC))
    put(hub, "new/x.ipynb", saved_at=datetime(2026, 1, 1, tzinfo=UTC))
    put(hub, "a.ipynb", saved_at=datetime(2023, 1, 1, tzinfo=UTC))
    put(hub, "b.ipynb", saved_at=datetime(2025, 1, 1, tzinfo=UTC))
    response = folder(client, sort="time")
    assert names(response) == ["new", "old", "b.ipynb", "a.ipynb"]
    assert 'aria-sort="descending"' in response.content.decode()


def test_long_folders_come_in_pages_that_leave_nothing_out(client, hub):
    Notebook.objects.bulk_create(
        Notebook(space=hub, path=path, folder=paths.folder_of(path), title="x")
        for path in [*(f"f{n:03}/a.ipynb" for n in range(120)), *(f"n{n:03}.ipynb" for n in range(130))]
    )
    seen = [name for page in (1, 2, 3) for name in names(folder(client, page=page))]
    assert seen == [*(f"f{n:03}" for n in range(120)), *(f"n{n:03}.ipynb" for n in range(130))]


@pytest.mark.parametrize("number", [2, 30])
def test_the_queries_do_not_grow_with_the_folder(client, hub, django_assert_num_queries, number):
    for index in range(number):
        put(hub, f"n{index}.ipynb", ("code", "ls", [stream("x")]))
        put(hub, f"f{index}/a.ipynb")
    with django_assert_num_queries(18):
        folder(client)


def test_readme_text_is_shown_in_any_case_and_its_links_lead_here(client, hub):
    target = put(hub, "docs/disk full.ipynb", ("markdown", "# Disk full"))
    side_file(
        hub, "docs/ReadMe.md", b"# Start here\n\n[the runbook](disk%20full.ipynb) <script>alert(1)</script>"
    )
    html = folder(client, "docs/").content.decode()
    assert "Start here" in html
    assert f'href="{target.get_absolute_url()}"' in html
    assert "alert(1)" not in html.replace("&lt;script&gt;alert(1)&lt;/script&gt;", "")


def test_readme_drawing_stands_on_top(client, hub):
    put(hub, "docs/a.ipynb")
    side_file(hub, "docs/README.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>')
    assert reverse("side-file", args=["hub", "docs/README.svg"]) in folder(client, "docs/").content.decode()


@pytest.mark.parametrize("name", ["README.ipynb", "readme.ipynb", "000-README.ipynb"])
def test_readme_notebook_is_shown_below_the_list(client, hub, name):
    put(hub, f"docs/{name}", ("markdown", "# What is where\n\nRead me first."))
    put(hub, "docs/other.ipynb")
    assert "Read me first." in folder(client, "docs/").content.decode()


def test_readmes_of_other_folders_are_not_shown(client, hub):
    put(hub, "docs/NOT-README.ipynb", ("markdown", "Not this one."))
    put(hub, "docs/sub/README.ipynb", ("markdown", "Nor this one."))
    html = folder(client, "docs/").content.decode()
    assert "Not this one." not in html
    assert "Nor this one." not in html


def test_a_readme_whose_bytes_are_gone_leaves_the_folder_readable(client, hub):
    put(hub, "a.ipynb")
    side_file(hub, "README.md", b"# Here")
    lose_bytes(hub.side_files.get().sha256)
    assert folder(client).status_code == 200


def test_the_address_of_a_notebook_leads_to_its_page(client, hub):
    notebook = put(hub, "runs/手順 1.ipynb")
    assert folder(client, "runs/手順 1.ipynb").url == notebook.get_absolute_url()


def test_an_old_address_leads_to_where_the_notebook_moved(client, reader):
    space = make_space("hub", writers=[reader])
    notebook = put(space, "a.ipynb", ("markdown", "# Disk full"))
    moving.move(notebook, space, "b/c.ipynb", reader)
    assert folder(client, "a.ipynb").url == notebook.get_absolute_url()


def test_an_old_address_tells_a_stranger_to_the_new_space_nothing(client, reader):
    other = make_user()
    space, secret = make_space("hub", readers=[reader], writers=[other]), make_space(writers=[other])
    moving.move(put(space, "a.ipynb"), secret, "a.ipynb", other)
    assert folder(client, "a.ipynb").status_code == 404


def test_the_address_of_a_deleted_notebook_leads_to_what_is_known(client, reader):
    space = make_space("hub", writers=[reader])
    notebook = put(space, "a.ipynb")
    moving.delete(notebook, reader)
    assert client.get(folder(client, "a.ipynb").url).status_code == 410


def test_a_folder_without_its_slash_gets_it(client, hub):
    put(hub, "docs/手順/a.ipynb")
    response = folder(client, "docs/手順")
    assert (response.status_code, unquote(response.url)) == (301, "/browse/hub/docs/手順/")


@pytest.mark.parametrize("path", ["nothing/", "nothing", "../", "a/../b/", "doc/"])
def test_what_is_no_folder_is_404(client, hub, path):
    put(hub, "docs/a.ipynb")
    assert folder(client, path).status_code == 404


def test_an_empty_space_says_what_to_do_to_whom_can_do_it(client, reader):
    make_space("hub", writers=[reader])
    html = folder(client).content.decode()
    assert "This space is empty" in html
    assert f"{reverse('upload')}?space=hub" in html


def test_a_reader_of_an_empty_space_is_told_who_fills_it(client, hub):
    html = folder(client).content.decode()
    assert "This space is empty" in html
    assert "?space=hub" not in html


def test_titles_are_text(client, hub):
    put(hub, "<b>x.ipynb", ("markdown", "# <img src=x onerror=alert(1)> &lt;i&gt;"))
    html = folder(client).content.decode()
    assert "<img src=x" not in html
    assert "<b>x" not in html


def test_breadcrumbs_lead_up(client, hub):
    put(hub, "a/b/c/x.ipynb")
    assert [crumb.url for crumb in folder(client, "a/b/c/").context["crumbs"]] == [
        "/browse/hub/",
        "/browse/hub/a/",
        "/browse/hub/a/b/",
    ]
