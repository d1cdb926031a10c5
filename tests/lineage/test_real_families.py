"""Families of real runbooks, against a count over the files that knows nothing of this product's code."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from lineage import refresh
from lineage.families.ancestors import kindred_of
from lineage.families.copies import family_of, sizes
from lineage.families.twigs import Tree
from lineage.models import Descent
from lineage.sight import Sight
from notebooks.ingest import ingest
from notebooks.models import Cell
from tests.builders import make_space, make_user

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
SETS = (
    "ocs-templates", "literate-computing-basics", "literate-computing-hadoop", "literate-computing-elasticsearch",
    "lc_wrapper-variants",
)  # fmt: skip
FEW = SETS[2:4]  # what the second person may read
FULL_ID = re.compile(
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:-(\d+(?:-[0-9a-f]{4}){1,10}))?",
    re.IGNORECASE,
)

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.xdist_group("real families"),  # read in once
    pytest.mark.django_db,
    pytest.mark.skipif(not CORPUS.exists(), reason=f"{CORPUS} is not there"),
]


class Files:
    """What the files themselves say: (set, path, index, branch, text) of every cell that carries a MEME, by UUID."""

    def __init__(self):
        self.cells = defaultdict(list)
        self.new_roots = []
        for name in SETS:
            for path in notebooks_of(name):
                self._read(name, path)

    def _read(self, name, path):
        document = json.loads(path.read_text(encoding="utf-8"))
        for index, cell in enumerate(document.get("cells", [])):
            current = cell.get("metadata", {}).get("lc_cell_meme", {}).get("current")
            match = FULL_ID.fullmatch(current or "")
            if match:
                where = (name, str(path.relative_to(CORPUS / name)), index)
                text = "".join(cell["source"])
                self.cells[match[1].lower()].append((*where, (match[2] or "").lower(), text))
        meme = document["metadata"].get("lc_notebook_meme", {})
        self.new_roots += [pair for table in meme.get("root_cells_history", []) for pair in table]

    def of(self, uuid, sets=SETS):
        return [cell for cell in self.cells[uuid] if cell[0] in sets]


def notebooks_of(name):
    return sorted(p for p in (CORPUS / name).rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)


@pytest.fixture(scope="module")
def files():
    return Files()


@pytest.fixture(scope="module")
def people(django_db_setup, django_db_blocker, tmp_path_factory):
    """Reads all sets in once, each into a space of its own. One person reads all of them, the other a few."""
    data = tmp_path_factory.mktemp("families")
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": str(data / "blobs")}}
    kept = {**settings.STORAGES, "default": default}
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(DATA=data, STORAGES=kept):
        everybody, few = make_user("reads-all"), make_user("reads-few")
        for name in SETS:
            space = make_space(name, readers=[everybody, *([few] if name in FEW else [])])
            for path in notebooks_of(name):
                ingest(space, path.relative_to(CORPUS / name).as_posix(), path.read_bytes())
        refresh.catch_up()
        yield everybody, few
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def places(people):
    """(set, path) of every cell's row."""
    rows = Cell.objects.values_list("pk", "notebook__space__slug", "notebook__path")
    return {pk: (slug, path) for pk, slug, path in rows}


def chosen(files):
    """Every family of several cells, and one in five of those that have but one: there are thousands."""
    several = [uuid for uuid, cells in files.cells.items() if len(cells) > 1]
    return several + [uuid for uuid, cells in files.cells.items() if len(cells) == 1][::5]


@pytest.fixture(scope="module")
def families(people, files, django_db_blocker):
    """As who reads all sees them."""
    with django_db_blocker.unblock():
        return {uuid: family_of(UUID(uuid), Sight(people[0])) for uuid in chosen(files)}


def told(family, places):
    return sorted((*places[each.cell], each.index, each.branch) for each in family.occurrences)


def test_every_uuid_of_the_files_bears_exactly_these_cells(people, files, places):
    assert len(files.cells) > 2000
    borne = defaultdict(list)
    rows = Cell.objects.visible_to(people[0]).values_list("meme", "pk", "index", "branch")
    for meme, pk, index, branch in rows:
        borne[str(meme)].append((*places[pk], index, branch))
    for uuid in files.cells:
        assert sorted(borne[uuid]) == sorted(cell[:4] for cell in files.of(uuid)), uuid


def test_a_family_is_all_that_the_files_bear_of_it(families, files, places):
    for uuid, family in families.items():
        assert told(family, places) == sorted(cell[:4] for cell in files.of(uuid)), uuid


def test_no_other_family_carries_its_id(people, files):
    carried = Cell.objects.filter(assigned=False).values_list("meme", flat=True).distinct()
    assert {str(meme) for meme in carried} == set(files.cells)


def test_who_reads_a_few_spaces_counts_only_what_lies_there(people, files, places):
    few = people[1]
    for uuid in chosen(files)[::2]:
        here = files.of(uuid, FEW)
        assert told(family_of(UUID(uuid), Sight(few)), places) == sorted(cell[:4] for cell in here), uuid
    larger = {
        str(uuid): size.copies for uuid, size in sizes([UUID(uuid) for uuid in files.cells], few).items()
    }
    counted = {uuid: len(files.of(uuid, FEW)) for uuid in files.cells}
    assert larger == {uuid: count for uuid, count in counted.items() if count > 1}


def test_texts_and_branches_are_those_of_the_files(families, files):
    for uuid, family in families.items():
        cells = files.of(uuid)
        assert family.branches == Counter(branch for *_, branch, _ in cells)
        counted = sorted(Counter(text for *_, text in cells).values())
        assert sorted(len(group.occurrences) for group in family.groups) == counted, uuid


def test_branches_hang_below_the_ids_that_they_begin_with(people, files):
    branched = {uuid: {cell[3] for cell in cells} for uuid, cells in files.cells.items()}
    many = {uuid: branches for uuid, branches in branched.items() if len(branches) > 1}
    for uuid, branches in many.items():
        numbers = {branch: branch.split("-")[1:] for branch in branches}
        for branch, parent in Tree(UUID(uuid), Counter(branches)).parents.items():
            prefixes = [b for b, n in numbers.items() if b != branch and numbers[branch][: len(n)] == n]
            assert parent == max(prefixes, key=lambda b: len(numbers[b]), default=None), (uuid, branch)


def test_a_meme_that_one_notebook_bears_twice_is_two_occurrences(families, files):
    doubled = {uuid for uuid, cells in files.cells.items() for place, n in Counter(c[:2] for c in cells).items()
               if n > 1 and place[0].startswith("literate")}  # fmt: skip
    assert len(doubled) == 37  # as counted when the sets were chosen
    for uuid in doubled:
        family = families[uuid]
        assert len(family.notebooks) < len(family.occurrences)


def test_a_new_root_is_joined_to_what_it_was_made_of(people, files):
    assert len(files.new_roots) > 10
    for old, new in files.new_roots:
        kin = kindred_of(UUID(new[:36]), Sight(people[0])).ancestors
        assert [(str(each.uuid), each.how) for each in kin] == [(old[:36], Descent.How.NEW_ROOT)]
        became = kindred_of(UUID(old[:36]), Sight(people[0])).descendants
        assert new[:36] in {str(each.uuid) for each in became}
        assert kindred_of(UUID(new[:36]), Sight(people[1])).ancestors == ()


@pytest.mark.parametrize("which", [0, 1])
def test_the_page_and_the_api_say_the_same(people, files, which):
    client = Client()
    client.force_login(people[which])
    sets = (SETS, FEW)[which]
    largest = sorted(files.cells, key=lambda uuid: -len(files.cells[uuid]))
    for uuid in largest[:12] + largest[12::300]:
        cells = files.of(uuid, sets)
        page, api = client.get(f"/m/{uuid}/"), client.get(reverse("api-memes-detail", args=[uuid]))
        if not cells:
            assert (page.status_code, api.status_code) == (404, 404)
            continue
        copies = f"{len(cells)} cop{'y' if len(cells) == 1 else 'ies'} · in "
        assert copies in page.content.decode(), uuid
        answer = api.json()
        assert answer["cell_count"] == len(cells)
        assert answer["notebook_count"] == len({cell[:2] for cell in cells})
        assert answer["text_count"] == len({cell[4] for cell in cells})
        assert client.get(reverse("api-memes-cells", args=[uuid])).json()["count"] == len(cells)
