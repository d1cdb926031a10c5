"""A worker that is killed in the middle of a sync, wherever that is: begun again it ends as if nothing had been."""

import json
import subprocess
import sys

import pytest

from tests.sites import ROOT
from tests.sync.doing import lay, log_text, write

pytestmark = pytest.mark.xdist_group("killing a sync")

MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"


SCRIPT = """
import sys
from pathlib import Path
import django
django.setup()
from tests.sync import killing, test_killing
killing.main(Path(sys.argv[1]), Path(sys.argv[2]), test_killing.change)
"""


def lay_out(folder):
    for number in range(4):
        write(folder / f"kato/{number}.ipynb", f"echo {number}")
    write(folder / "lee/moved.ipynb", "echo moved")
    write(folder / "lee/moved too.ipynb", "echo moved too")
    lay(folder / "lee/README.md", b"# One")
    for number in range(3):
        stamp = f"20260502-10150{number}-0001"
        lay(
            folder / f"kato/.log/20260502/{stamp}.log",
            log_text(MEME, stamp=stamp, folder="/home/kato/notebooks"),
        )


def change(folder):
    """Something of each kind."""
    write(folder / "kato/0.ipynb", "echo changed", age=30)
    (folder / "kato/1.ipynb").unlink()
    (folder / "lee/moved.ipynb").rename(folder / "kato/moved.ipynb")
    (folder / "lee/moved too.ipynb").rename(folder / "kato/another name.ipynb")
    write(folder / "kato/new.ipynb", "echo new", age=30)
    lay(folder / "kato/broken.ipynb", b"{", age=30)
    lay(folder / "lee/README.md", b"# Two", age=30)
    for number in range(3, 6):
        stamp = f"20260502-10150{number}-0001"
        raw = log_text(MEME, stamp=stamp, folder="/home/kato/notebooks", status="error")
        lay(folder / f"kato/.log/20260502/{stamp}.log", raw, age=30)


@pytest.fixture(scope="module")
def found(migrated, tmp_path_factory):
    folder = tmp_path_factory.mktemp("killing")
    (folder / "hub").mkdir()
    lay_out(folder / "hub")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(migrated), str(folder / "hub")],
        cwd=ROOT, capture_output=True, text=True, timeout=500, check=False,
        env={"OPSNOTES_DATA": str(folder / "site"), "OPSNOTES_SOURCE_ROOTS": str(folder), "PATH": "/usr/bin:/bin",
             "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_unkilled_it_ends_as_it_should(found):
    end = found[""]
    assert {path: owner for _pk, path, owner, _sha in end["pages"]} == dict.fromkeys(
        (f"kato/{name}.ipynb" for name in ("0", "1", "2", "3", "moved", "another name", "new")), "kato"
    )
    assert [path for path, *_, is_gone, _notebook in end["files"] if is_gone] == ["kato/1.ipynb"]
    assert len(end["executions"]) == 6
    assert end["run"] == ["done", 14, 1, 2, False, True]
    assert {path: state for path, state, _reason in end["items"]} == {
        "kato/0.ipynb": "stored",
        "kato/new.ipynb": "stored",
        "kato/broken.ipynb": "failed",
        "lee/README.md": "stored",
    }


def test_killed_anywhere_and_begun_again_it_ends_the_same(found):
    unkilled = found[""]
    assert [point for point, end in found.items() if not end["was killed"]] == [""]
    differing = {point: _differences(end, unkilled) for point, end in found.items()}
    assert {point: each for point, each in differing.items() if each} == {}


def _differences(end, unkilled):
    """In all that is left; in the run's own numbers too, unless it had ended and the next look was another run."""
    its_own = {"items", "tally", "run", "runs"} if end["runs"] > unkilled["runs"] else set()
    compared = unkilled.keys() - its_own - {"was killed"}
    return {key: (end[key], unkilled[key]) for key in compared if end[key] != unkilled[key]}
