import pytest
from django.urls import reverse

from notebooks import moving, paths
from notebooks.ingest import ingest
from notebooks.models import Notebook, Revision
from notebooks.models.content import linked_from
from notebooks.signals import notebook_changed
from tests.builders import make_notebook, make_runbook, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer():
    return make_user("writer")


@pytest.fixture
def space(writer):
    return make_space("ops", writers=[writer])


@pytest.fixture
def announced():
    """What notebook_changed said, in order."""
    heard = []

    def hear(sender, notebook, **kwargs):
        heard.append((notebook.space.slug, notebook.path, notebook.is_deleted))

    notebook_changed.connect(hear)
    yield heard
    notebook_changed.disconnect(hear)


def place(notebook):
    notebook.refresh_from_db()
    return notebook.space.slug, notebook.path, notebook.folder


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("b.ipynb", "b.ipynb"),
        ("b", "b.ipynb"),
        (" runbooks/ ", "runbooks/a.ipynb"),
        ("x//./y.ipynb", "x/y.ipynb"),
        ("か゛/手順.ipynb", "か゛/手順.ipynb"),
    ],
)
def test_a_destination_is_what_a_person_means(typed, path):
    assert moving.destination("a.ipynb", typed) == path


@pytest.mark.parametrize(
    "typed", ["../b.ipynb", "/etc/b.ipynb", "", "a\x07/b", ".git/b.ipynb", "x" * 1000, "C:/b"]
)
def test_a_destination_never_leads_out_or_where_nothing_is_kept(typed):
    with pytest.raises(paths.UnsafePath):
        moving.destination("a.ipynb", typed)


def test_a_moved_runbook_keeps_its_id_and_revisions_and_says_so(space, writer, announced):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    moving.move(notebook, space, "runbooks/b.ipynb", writer)
    assert place(notebook) == ("ops", "runbooks/b.ipynb", "runbooks")
    assert notebook.revisions.count() == 1
    assert announced == [("ops", "runbooks/b.ipynb", False)]


def test_the_old_path_leads_to_the_new_one_and_is_free_for_another(space, writer):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    moving.move(notebook, space, "b.ipynb", writer)
    assert moving.forwarded(space, "a.ipynb", writer) == notebook
    other = make_runbook("df", space=space, path="a.ipynb")
    assert (other.pk, other.path) != (notebook.pk, notebook.path)


def test_the_old_path_tells_nothing_to_who_may_not_see_the_new_place(space, writer):
    reader = make_user()
    space.readers.add(reader)
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    moving.move(notebook, make_space("secret", writers=[writer]), "a.ipynb", writer)
    assert moving.forwarded(space, "a.ipynb", reader) is None
    assert moving.forwarded(space, "a.ipynb", writer) == notebook


def test_moved_there_and_back_it_is_where_it_was_with_one_signpost(space, writer):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    moving.move(notebook, space, "b.ipynb", writer)
    moving.move(notebook, space, "a.ipynb", writer)
    assert place(notebook) == ("ops", "a.ipynb", "")
    assert [sign.path for sign in notebook.signposts.all()] == ["b.ipynb"]


def test_moved_to_where_it_is_nothing_happens(space, writer, announced):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    moving.move(notebook, space, "a.ipynb", writer)
    assert (announced, Notebook.objects.count()) == ([], 1)


def test_a_taken_path_refuses_and_leaves_all_as_it_was(space, writer, announced):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    make_runbook("df", space=space, path="b.ipynb")
    with pytest.raises(moving.PlaceTaken):
        moving.move(notebook, space, "b.ipynb", writer)
    assert place(notebook) == ("ops", "a.ipynb", "")
    assert (announced, Notebook.objects.count()) == ([], 2)


def test_a_deleted_runbook_is_not_moved(space, writer):
    notebook = make_runbook("ls", space=space)
    moving.delete(notebook, writer)
    with pytest.raises(moving.NotThere):
        moving.move(notebook, space, "b.ipynb", writer)


def test_links_of_the_moved_runbook_lead_from_its_new_folder(space, writer):
    link = ("markdown", "[next](next.ipynb)")
    notebook = make_runbook(link, space=space, path="a/first.ipynb")
    moving.move(notebook, space, "b/first.ipynb", writer)
    assert [each.path for each in notebook.links.all()] == ["b/next.ipynb"]


def test_a_runbook_named_by_its_file_is_renamed_with_it_and_one_with_a_heading_is_not(space, writer):
    plain = make_runbook("ls", space=space, path="old name.ipynb")
    headed = make_runbook(("markdown", "# Patch day"), space=space, path="x.ipynb")
    moving.move(plain, space, "new name.ipynb", writer)
    moving.move(headed, space, "y.ipynb", writer)
    assert set(Notebook.objects.alive().values_list("title", flat=True)) == {"new name", "Patch day"}


def test_cells_keep_their_assigned_memes_when_moved_to_another_space(space, writer):
    notebook = make_runbook("ls", "df", space=space, path="a.ipynb")
    before = [cell.full_meme for cell in notebook.cells.all()]
    moving.move(notebook, make_space(writers=[writer]), "b.ipynb", writer)
    assert [cell.full_meme for cell in notebook.cells.all()] == before


def test_a_revision_that_comes_in_while_it_is_moved_is_kept(space, writer, monkeypatch):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    real, overtaken = moving.Reread.of, []

    def of(revision):
        if not overtaken:
            overtaken.append(True)
            ingest(space, "a.ipynb", make_notebook("ls", "newer"))
        return real(revision)

    monkeypatch.setattr("notebooks.moving.Reread.of", of)
    moving.move(notebook, space, "b.ipynb", writer)
    assert place(notebook)[1] == "b.ipynb"
    assert [cell.source for cell in notebook.cells.all()] == ["ls", "newer"]


def test_deleted_and_restored_it_is_as_it_was(space, writer, announced):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    moving.delete(notebook, writer)
    moving.delete(notebook, writer)
    notebook.refresh_from_db()
    assert notebook.deleted_by == writer
    moving.restore(notebook)
    moving.restore(notebook)
    assert (place(notebook), notebook.deleted_by) == (("ops", "a.ipynb", ""), None)
    assert announced == [("ops", "a.ipynb", True), ("ops", "a.ipynb", False)]


def test_restoring_onto_a_taken_path_refuses(space, writer, announced):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    moving.delete(notebook, writer)
    make_runbook("df", space=space, path="a.ipynb")
    with pytest.raises(moving.PlaceTaken):
        moving.restore(notebook)
    notebook.refresh_from_db()
    assert (notebook.is_deleted, len(announced)) == (True, 1)


def test_signposts_are_in_no_bin(space, writer):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    moving.move(notebook, space, "b.ipynb", writer)
    assert list(Notebook.objects.deleted()) == []


def test_the_move_page_moves_and_leads_there(client, space, writer):
    target = make_space("net", writers=[writer])
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    client.force_login(writer)
    response = client.post(reverse("move", args=[notebook.pk]), {"space": "net", "path": "switches/"})
    notebook.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, notebook.get_absolute_url())
    assert place(notebook) == (target.slug, "switches/a.ipynb", "switches")


def test_the_move_page_offers_only_spaces_one_may_write_to(client, space, writer):
    make_space("others", readers=[writer], is_public=True)
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    client.force_login(writer)
    response = client.post(reverse("move", args=[notebook.pk]), {"space": "others", "path": "a.ipynb"})
    assert response.status_code == 422
    assert "space" in response.context["form"].errors
    assert place(notebook)[0] == "ops"


def test_the_move_page_says_why_not(client, space, writer):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    make_runbook("df", space=space, path="b.ipynb")
    client.force_login(writer)
    taken = client.post(reverse("move", args=[notebook.pk]), {"space": "ops", "path": "b"})
    assert "Another runbook stands at this path" in taken.content.decode()
    outside = client.post(reverse("move", args=[notebook.pk]), {"space": "ops", "path": "../b"})
    assert "leads out of its folder" in outside.content.decode()


def test_deleting_asks_first_and_goes_to_the_bin(client, space, writer):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    client.force_login(writer)
    assert client.get(reverse("delete", args=[notebook.pk])).status_code == 200
    assert not Notebook.objects.get().is_deleted
    response = client.post(reverse("delete", args=[notebook.pk]), follow=True)
    assert response.redirect_chain[-1][0] == reverse("bin", args=["ops"])
    assert "a.ipynb" in response.content.decode()


def test_the_bin_restores_or_says_what_stands_in_the_way(client, space, writer):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    moving.delete(notebook, writer)
    other = make_runbook("df", space=space, path="a.ipynb")
    client.force_login(writer)
    refused = client.post(reverse("restore", args=[notebook.pk]), follow=True)
    assert "Another runbook stands at a.ipynb now" in refused.content.decode()
    moving.delete(other, writer)
    client.post(reverse("restore", args=[notebook.pk]))
    notebook.refresh_from_db()
    assert not notebook.is_deleted
    assert Revision.objects.filter(notebook=notebook).count() == 1


def test_linked_from_follows_what_moved(space, writer):
    target = make_runbook("ls", space=space, path="target.ipynb")
    source = make_runbook(("markdown", "[t](target.ipynb)"), space=space, path="source.ipynb")
    moving.move(target, space, "elsewhere/target.ipynb", writer)
    target.refresh_from_db()
    assert list(linked_from(target, writer)) == [source]
    make_runbook("another", space=space, path="target.ipynb")
    assert list(linked_from(target, writer)) == []
