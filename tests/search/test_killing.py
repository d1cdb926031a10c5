"""The writer of the index is killed (-9), above all in its commits: nothing is lost or half, and searches go on."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.search.killing import KILLS, MERGES, POINTS
from tests.sites import ROOT

# All of them look at what one process told.
pytestmark = pytest.mark.xdist_group("killing the writer of the index")

SCRIPT = """
import django
django.setup()
from tests.search import killing
killing.main("tantivy")
"""


@pytest.fixture(scope="module")
def told(migrated, tmp_path_factory):
    folder = tmp_path_factory.mktemp("killing") / "site"
    shutil.copytree(migrated, folder)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT, capture_output=True, text=True, timeout=500, check=False,
        env={"OPSNOTES_DATA": str(folder), "PATH": "/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "tests.settings",
             "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_killed_twenty_times_in_a_commit_the_index_equals_the_database(told):
    assert len(told["commits"]) == KILLS, f"of {told['tries']} tries"
    assert {what for what, _ in told["commits"]} == {"drain", "rebuild"}
    assert len({moment for _, moment in told["commits"]}) > KILLS / 2
    assert told["end"] == {
        "due": [0, 0, 0],
        "differing": {},
        "beside it": [],
        "documents": told["end"]["documents"],
    }
    assert told["end"]["documents"] > 30


def test_a_commit_counts_whole_or_not_at_all(told):
    assert told["halves"] == []


def test_killed_at_merging_too(told):
    assert told["merges"] == MERGES


def test_killed_around_a_commit_and_a_swap_the_next_drain_makes_it_good(told):
    assert [point for point in POINTS if not told["points"][point]["was struck"]] == []
    left = {point: (each["due"], each["differing"]) for point, each in told["points"].items()}
    assert {point: each for point, each in left.items() if each != ([0, 0, 0], {})} == {}


def test_searches_find_what_is_always_there_all_the_while(told):
    count, hits, failures = told["searches"]
    assert count > 20
    assert hits > 0
    assert failures == []
