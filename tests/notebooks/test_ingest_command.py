import io
import os
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from notebooks import blobs
from notebooks.models import Notebook, SideFile, Space
from tests.builders import make_notebook, make_space, make_user

pytestmark = pytest.mark.django_db

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
RAW = make_notebook("ls")


@pytest.fixture(autouse=True)
def no_bell(monkeypatch):
    monkeypatch.setattr("notebooks.doorbell.current_app.send_task", lambda name: None)


def ingest(*paths, code=0, **options):
    """What the command printed; it must end with `code`."""
    out = io.StringIO()
    try:
        call_command("ingest", *map(str, paths), wait=True, stdout=out, **options)
        ended = 0
    except SystemExit as error:
        ended = error.code
    assert ended == code, out.getvalue()
    return out.getvalue().splitlines()


def write(path, raw=RAW):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return path


def paths():
    return sorted(Notebook.objects.values_list("path", flat=True))


def test_with_one_path_its_name_is_left_out(tmp_path):
    write(tmp_path / "hub" / "a" / "x.ipynb")
    assert ingest(tmp_path / "hub")[-1] == "1 stored, 0 unchanged, 0 skipped, 0 failed"
    assert paths() == ["a/x.ipynb"]


def test_with_several_each_ones_own_name_goes_before(tmp_path):
    write(tmp_path / "kato" / "x.ipynb")
    write(tmp_path / "lee" / "x.ipynb")
    write(tmp_path / "y.ipynb")
    with zipfile.ZipFile(tmp_path / "sato.zip", "w") as archive:
        archive.writestr("z/x.ipynb", RAW)
    ingest(tmp_path / "kato", tmp_path / "lee", tmp_path / "y.ipynb", tmp_path / "sato.zip", folder="hub")
    assert paths() == ["hub/kato/x.ipynb", "hub/lee/x.ipynb", "hub/sato/z/x.ipynb", "hub/y.ipynb"]


def test_a_zip_by_itself_is_taken_like_a_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "hub.zip", "w") as archive:
        archive.writestr("a/x.ipynb", RAW)
    ingest(tmp_path / "hub.zip")
    assert paths() == ["a/x.ipynb"]


def test_each_failure_is_a_line_and_the_exit_code_says_so(tmp_path):
    write(tmp_path / "good.ipynb")
    write(tmp_path / "bad.ipynb", b"no json")
    write(tmp_path / "empty.ipynb", b"")
    write(tmp_path / ".ipynb_checkpoints" / "x.ipynb")
    lines = ingest(tmp_path, code=1)
    assert lines[-1] == "1 stored, 0 unchanged, 1 skipped, 2 failed"
    assert [line.split(":")[1].strip() for line in lines if line.startswith("failed")] == [
        "bad.ipynb",
        "empty.ipynb",
    ]


def test_the_same_folder_again_is_unchanged_and_a_changed_file_a_revision(tmp_path):
    write(tmp_path / "hub" / "x.ipynb")
    write(tmp_path / "hub" / "y.ipynb")
    ingest(tmp_path / "hub")
    write(tmp_path / "hub" / "y.ipynb", make_notebook("df"))
    assert ingest(tmp_path / "hub")[-1] == "1 stored, 1 unchanged, 0 skipped, 0 failed"


def test_a_space_that_is_not_there_is_made_for_the_owner_alone(tmp_path):
    kato, _ = make_user("kato"), make_user("root", is_superuser=True)
    ingest(write(tmp_path / "x.ipynb"), space="hub", owner="kato")
    space = Space.objects.get(slug="hub")
    assert (space.is_public, list(space.writers.all()), list(space.readers.all())) == (False, [kato], [])
    notebook = Notebook.objects.get()
    assert (notebook.owner, notebook.account, notebook.revision.origin) == ("kato", kato, "command")


def test_without_an_owner_the_first_superuser_is_the_maker(tmp_path):
    root = make_user("root", is_superuser=True)
    ingest(write(tmp_path / "x.ipynb"), space="hub", owner="a name without an account")
    assert list(Space.objects.get(slug="hub").writers.all()) == [root]
    assert Notebook.objects.get().owner == "a name without an account"


def test_a_space_that_is_there_stays_as_it_is(tmp_path):
    space = make_space("hub", is_public=True)
    ingest(write(tmp_path / "x.ipynb"), space="hub", owner="kato")
    assert list(Space.objects.get().writers.all()) == []
    assert Notebook.objects.get().space == space


def test_links_that_lead_out_are_not_followed(tmp_path):
    secret = write(tmp_path / "secret" / "x.ipynb")
    hub = tmp_path / "hub"
    write(hub / "real.ipynb")
    (hub / "inside.ipynb").symlink_to(hub / "real.ipynb")
    (hub / "outside.ipynb").symlink_to(secret)
    (hub / "folder").symlink_to(secret.parent)
    (hub / "nowhere.ipynb").symlink_to(tmp_path / "gone")
    os.mkfifo(hub / "pipe.ipynb")
    lines = ingest(hub)
    assert paths() == ["inside.ipynb", "real.ipynb"]
    assert "skipped: 3 symbolic links" in lines
    assert lines[-1] == "2 stored, 0 unchanged, 4 skipped, 0 failed"


def test_a_file_that_cannot_be_read_fails_alone(tmp_path, monkeypatch):
    write(tmp_path / "x.ipynb")
    write(tmp_path / "y.ipynb")
    real = Path.open

    def open_but_one(self, *args, **kwargs):
        if self.name == "x.ipynb":
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", open_but_one)
    lines = ingest(tmp_path, code=1)
    assert lines[-1] == "1 stored, 0 unchanged, 0 skipped, 1 failed"
    assert "Permission denied" in lines[1]


def test_a_chosen_file_of_another_kind_is_told(tmp_path):
    assert "Only notebooks" in ingest(write(tmp_path / "x.txt", b"x"), code=1)[1]


def test_nfd_names_of_macos_become_nfc(tmp_path):
    write(tmp_path / "か\u3099.ipynb")
    ingest(tmp_path)
    assert paths() == ["が.ipynb"]


@pytest.mark.parametrize(
    ("arguments", "options"),
    [(["nowhere"], {}), (["."], {"space": "no slug!"}), (["."], {"folder": "../x"})],
)
def test_what_makes_no_sense_is_said(arguments, options):
    with pytest.raises(CommandError):
        call_command("ingest", *arguments, wait=True, **options)


@pytest.mark.corpus
def test_the_whole_corpus_comes_in_without_failure_and_again_unchanged():
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    lines = ingest(CORPUS, space="corpus")
    originals = {path.relative_to(CORPUS).as_posix(): path for path in CORPUS.rglob("*.ipynb")}
    stored = {notebook.path: notebook for notebook in Notebook.objects.select_related("revision")}
    count = len(stored) + SideFile.objects.count()
    assert lines[-1].startswith(f"{count} stored, 0 unchanged")
    assert lines[-1].endswith("0 failed")
    seen = {path for path in originals if not any(part.startswith(".") for part in Path(path).parts)}
    assert set(stored) == seen
    for path, notebook in stored.items():
        assert blobs.get(notebook.revision.sha256) == originals[path].read_bytes()
    again = ingest(CORPUS, space="corpus")
    assert again[-1].startswith(f"0 stored, {count} unchanged")
