"""Templates, runs and deviations as rows, from real and made-up notebooks."""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lineage import refresh
from lineage.models import Deviation, Pin, RunOf
from lineage.runs import deriving as runs
from lineage.runs.kinship import Member, runs_among
from notebooks import ingest as ingesting
from notebooks import moving
from notebooks.ingest import Provenance, ingest
from notebooks.models import Notebook
from notebooks.parsing import parse
from tests.builders import lose_bytes, make_notebook, make_runbook, make_space, make_user

SHARED = Path(__file__).resolve().parents[3] / "shared"
HUB = SHARED / "corpus" / "operationhub"
SCALE = SHARED / "tools" / "scale.py"

A, B, C, D = (f"0000000{n}-1111-11e1-8111-000000000000" for n in "1234")
NOTEBOOK = "00000009-1111-11e1-8111-000000000000"
OTHER = "00000008-1111-11e1-8111-000000000000"


def code(source, count=None, **metadata):
    return {
        "cell_type": "code",
        "source": source,
        "execution_count": count,
        "outputs": [],
        "metadata": metadata,
    }


def branched(number, *memes):
    return [f"{meme}-1-{number}" for meme in memes]


def make_template(space, *cells, path="share/a.ipynb", memes=(A, B, C), meme=NOTEBOOK):
    return make_runbook(*(cells or ("ls", "pwd", "df")), space=space, path=path, memes=memes, meme=meme)


def make_run(space, number, *cells, memes=(A, B, C), meme=NOTEBOOK):
    cells = cells or (code("ls", 1), code("pwd", 2), code("df", 3))
    path = f"user-notebooks/kato/202601{int(number, 16) % 28 + 1:02}-{number}/a.ipynb"
    return make_runbook(*cells, space=space, path=path, memes=branched(number, *memes), meme=meme)


def found():
    return dict(RunOf.objects.values_list("notebook_id", "template_id"))


def deviations(notebook):
    rows = Deviation.objects.filter(run__notebook=notebook).values_list("kind", "template_index", "index")
    return sorted(rows, key=str)


pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return make_space("hub")


class TestFound:
    def test_runs_are_found_whichever_comes_first(self, space):
        early = make_run(space, "0001")
        refresh.catch_up()
        assert found() == {}
        template = make_template(space)
        late = make_run(space, "0002")
        refresh.catch_up()
        assert found() == {early.pk: template.pk, late.pk: template.pk}
        assert set(RunOf.objects.values_list("how", flat=True)) == {"meme"}

    def test_cells_pasted_into_another_notebook_find_their_template_in_a_later_batch(self, space):
        template, run = make_template(space), make_run(space, "0001")
        refresh.catch_up()
        pasted = make_run(space, "0002", meme=OTHER)
        refresh.catch_up()
        assert found() == {run.pk: template.pk, pasted.pk: template.pk}
        assert RunOf.objects.get(notebook=pasted).how == "cells"

    def test_what_is_found_does_not_depend_on_how_it_came_in(self, space, monkeypatch):
        for number in range(1, 9):
            make_run(space, f"000{number}", meme=OTHER if number % 2 else NOTEBOOK)
        make_template(space)
        refresh.catch_up()
        at_once = found()
        assert len(at_once) == 8
        monkeypatch.setattr(refresh, "NOTEBOOKS_AT_ONCE", 2)
        RunOf.objects.all().delete()
        refresh.rebuild()
        assert found() == at_once

    def test_a_template_deleted_and_brought_back(self, space):
        template, one, two = make_template(space), make_run(space, "0001"), make_run(space, "0002")
        refresh.catch_up()
        moving.delete(template, make_user())
        refresh.catch_up()
        assert found() == {two.pk: one.pk}
        moving.restore(template)
        refresh.catch_up()
        assert found() == {one.pk: template.pk, two.pk: template.pk}

    def test_a_run_deleted_is_no_run(self, space):
        make_template(space)
        run = make_run(space, "0001")
        refresh.catch_up()
        moving.delete(run, make_user())
        refresh.catch_up()
        assert found() == {}

    def test_a_notebook_that_moves_into_a_shared_folder_becomes_the_template(self, space):
        one, two = make_run(space, "0001"), make_run(space, "0002")
        refresh.catch_up()
        assert found() == {two.pk: one.pk}
        moving.move(two, space, "share/a.ipynb", make_user())
        refresh.catch_up()
        assert found() == {one.pk: two.pk}

    def test_nothing_is_written_where_nothing_changed(self, space):
        make_template(space)
        make_run(space, "0001")
        refresh.catch_up()
        before = list(RunOf.objects.values_list("pk", flat=True))
        assert runs.changes(set(Notebook.objects.values_list("pk", flat=True))).heads == set()
        assert list(RunOf.objects.values_list("pk", flat=True)) == before

    def test_the_number_of_queries_does_not_grow_with_the_runs(self, space, django_assert_max_num_queries):
        template = make_template(space)
        for number in range(1, 4):
            make_run(space, f"000{number}")
        refresh.catch_up()
        for number in range(4, 20):
            make_run(space, f"00{number:02}")
        with django_assert_max_num_queries(30):
            runs.changes(set(Notebook.objects.values_list("pk", flat=True))).write()
        assert RunOf.objects.filter(template=template).count() == 19


class TestDeviating:
    def test_what_a_run_did_otherwise_is_written_down(self, space):
        make_template(space)
        uptime = code("uptime", 4)
        run = make_run(
            space, "0001", code("sudo ls", 1), code("pwd"), code("df", 2), uptime, memes=(A, B, C, D)
        )
        refresh.catch_up()
        row = RunOf.objects.get(notebook=run)
        assert (row.edited, row.skipped, row.added, row.removed, row.not_reached) == (1, 1, 1, 0, 0)
        assert deviations(run) == [
            ("added", None, 3),
            ("edited", 0, 0),
            ("repeated", None, 3),
            ("skipped", 1, 1),
        ]
        assert [step["status"] for step in row.steps] == ["ok", "not_run", "ok"]

    def test_a_run_is_held_against_the_template_as_it_was_when_copied(self, space):
        old = make_notebook("ls", "pwd", "df", memes=[A, B, C], meme=NOTEBOOK)
        new = make_notebook("ls -l", "pwd", "df", memes=[A, B, C], meme=NOTEBOOK)
        for raw, year in ((old, 2024), (new, 2027)):
            saved = Provenance(saved_at=datetime(year, 1, 1, tzinfo=UTC))
            template = ingest(space, "share/a.ipynb", raw, saved).notebook
        run = make_run(space, "0001")  # of 2026
        refresh.catch_up()
        assert RunOf.objects.get(notebook=run).template_revision.number == 1
        assert deviations(run) == []
        latest = template.revisions.get(number=2)
        latest.saved_at = datetime(2025, 1, 1, tzinfo=UTC)
        latest.save()
        runs.changes({template.pk}).write()
        assert RunOf.objects.get(notebook=run).template_revision == latest
        assert deviations(run) == [("edited", 0, 0)]

    def test_a_run_from_before_the_first_revision_is_held_against_that(self, space):
        make_template(space)
        run = make_run(space, "0001", code("ls", 1), code("pwd", 2), code("df -h", 3))
        refresh.catch_up()
        assert deviations(run) == [("edited", 2, 2)]

    def test_missing_bytes_do_not_stop_the_rest(self, space):
        template, run, other = (
            make_template(space),
            make_run(space, "0001", "du", "pwd"),
            make_run(space, "0002"),
        )
        lose_bytes(template.revision.sha256)
        lose_bytes(run.revision.sha256)
        refresh.catch_up()
        assert found() == {run.pk: template.pk, other.pk: template.pk}
        assert deviations(run) == [("edited", 0, 0), ("removed", 2, None)]

    def test_a_new_revision_of_a_run_is_read_again(self, space):
        make_template(space)
        run = make_run(space, "0001")
        refresh.catch_up()
        raw = make_notebook("ls", "pwd", memes=branched("0001", A, B), meme=NOTEBOOK)
        ingest(space, run.path, raw)
        refresh.catch_up()
        assert deviations(run) == [("removed", 2, None)]


class TestPinned:
    def test_what_a_person_said_goes_before_what_was_found_and_stays(self, space):
        user = make_user()
        template, one, two = make_template(space), make_run(space, "0001"), make_run(space, "0002")
        Pin.objects.create(notebook=one, says=Pin.Says.ALONE, by=user)
        refresh.catch_up()
        assert found() == {two.pk: template.pk}
        ingest(space, one.path, make_notebook("ls", memes=branched("0001", A), meme=NOTEBOOK))
        refresh.catch_up()
        refresh.rebuild()
        ingesting.rebuild(one)
        refresh.catch_up()
        moving.delete(one, user)
        refresh.catch_up()
        moving.restore(one)
        refresh.catch_up()
        assert found() == {two.pk: template.pk}

    def test_a_run_of_what_shares_nothing_with_it(self, space):
        template = make_template(space)
        stray = make_runbook("uptime", space=space, path="b.ipynb")
        Pin.objects.create(notebook=stray, says=Pin.Says.RUN, template=template)
        refresh.catch_up()
        assert RunOf.objects.get().how == "pinned"
        moving.delete(template, make_user())
        refresh.catch_up()
        assert found() == {}
        moving.restore(template)
        refresh.catch_up()
        assert found() == {stray.pk: template.pk}


# ----- a small operations team, against what the files themselves say


def is_executed(cell):
    return cell["cell_type"] == "code" and (cell["execution_count"] is not None or bool(cell["outputs"]))


def uuid_of(cell):
    return "-".join(cell["metadata"]["lc_cell_meme"]["current"].split("-")[:5])


def text_of(cell):
    return "".join(cell["source"])


def done_to(template, run):
    """What was done to a copy, read off the JSON: (word, base UUID). No cell id occurs twice in these files."""
    old, new = ({uuid_of(cell): cell for cell in each["cells"]} for each in (template, run))
    kept = [uuid for uuid in old if uuid in new]
    assert kept == [uuid for uuid in new if uuid in old]  # nothing was moved in any of them
    did = [("added", uuid) for uuid in new if uuid not in old]
    did += [("removed", uuid) for uuid in old if uuid not in new]
    did += [("text", uuid) for uuid in kept if text_of(old[uuid]) != text_of(new[uuid])]
    did += [
        ("skipped", uuid) for uuid in kept if new[uuid]["cell_type"] == "code" and not is_executed(new[uuid])
    ]
    logs = {uuid: cell["metadata"].get("lc_wrapper", {}).get("log_history", []) for uuid, cell in new.items()}
    did += [("repeated", uuid) for uuid in new if len(logs[uuid]) > 1]
    counts = [(cell["execution_count"], uuid) for uuid, cell in new.items() if is_executed(cell)]
    if counts != sorted(counts):
        (early,) = [
            each for each in counts if sorted(set(counts) - {each}) == [c for c in counts if c != each]
        ]
        did.append(("disordered", early[1]))
    return Counter(did)


@pytest.fixture
def hub(space):
    if not HUB.is_dir():
        pytest.skip("../shared/corpus is not here")
    documents = {}
    for path in sorted(HUB.rglob("*.ipynb")):
        name = path.relative_to(HUB).as_posix()
        raw = path.read_bytes()
        documents[ingest(space, name, raw).notebook.pk] = (name, json.loads(raw))
    refresh.catch_up()
    return documents


@pytest.mark.corpus
def test_of_a_real_team_every_run_stands_under_its_template_with_what_was_done_to_it(hub):
    names = {Path(name).name: pk for pk, (name, _) in hub.items() if name.startswith("share/")}
    truth = {pk: names[Path(name).name] for pk, (name, _) in hub.items() if not name.startswith("share/")}
    assert (len(names), len(truth)) == (6, 60)
    assert found() == truth
    told = defaultdict(Counter)
    for run, kind, meme in Deviation.objects.values_list("run__notebook", "kind", "meme"):
        told[run]["text" if kind in ("edited", "values") else kind, str(meme)] += 1
    for pk, template in truth.items():
        assert told[pk] == done_to(hub[template][1], hub[pk][1]), hub[pk][0]


@pytest.mark.corpus
def test_hosts_are_values_and_repairs_are_edits(hub):
    texts = {}
    for pk, (_, document) in hub.items():
        texts |= {(pk, index): text_of(cell) for index, cell in enumerate(document["cells"])}
    edits = Deviation.objects.filter(is_prose=False).select_related("run")
    values = [texts[each.run.notebook_id, each.index] for each in edits.filter(kind="values")]
    assert values and all("= '" in text or "hosts = [" in text for text in values)
    edited = [texts[each.run.notebook_id, each.index] for each in edits.filter(kind="edited")]
    assert edited and all("sudo -n true" in text for text in edited)
    notes = Deviation.objects.filter(is_prose=True)
    assert notes.count() == 60
    assert {
        texts[each.run.notebook_id, each.index].splitlines()[0] for each in notes.select_related("run")
    } == {"## Operation Note"}


@pytest.mark.corpus
def test_published_runbooks_are_nobodys_runs(space):
    folder = SHARED / "corpus" / "literate-computing-elasticsearch"
    if not folder.is_dir():
        pytest.skip("../shared/corpus is not here")
    for path in sorted(folder.rglob("*.ipynb")):
        ingest(space, path.relative_to(folder).as_posix(), path.read_bytes())
    refresh.catch_up()
    assert found() == {}


@pytest.mark.corpus
def test_of_a_library_of_thousands_templates_and_runs_are_right(tmp_path):
    if not SCALE.is_file():
        pytest.skip("../shared/tools is not here")
    out = tmp_path / "library"
    subprocess.run(
        [sys.executable, SCALE, out, "--notebooks", "2000", "--seed", "3"], check=True, timeout=120
    )
    members, numbers = [], {}
    for pk, path in enumerate(sorted(out.rglob("*.ipynb"))):
        name = path.relative_to(out).as_posix()
        numbers[pk] = path.name[:6], name.startswith("share/")
        members.append(member_of(pk, f"hub/{name}", parse(path.read_bytes())))
    templates = {number: pk for pk, (number, is_shared) in numbers.items() if is_shared}
    truth = {pk: templates[number] for pk, (number, is_shared) in numbers.items() if not is_shared}
    told = {pk: run.template for pk, run in runs_among(members, {}).items()}
    right = sum(told.get(pk) == truth.get(pk) for pk in numbers)
    assert len(numbers) == 2000
    assert right >= 0.99 * len(numbers)


def member_of(pk, place, parsed):
    """As ingest and tracing would have it, without rendering 2,000 notebooks."""
    times = [cell.executed_at for cell in parsed.cells if cell.executed_at]
    cells = [(str(cell.meme.uuid), cell.meme.branch, False) for cell in parsed.cells if cell.meme]
    dated = min(times, default=datetime(2030, 1, 1, tzinfo=UTC))
    meme = parsed.meme and parsed.meme.uuid
    return Member.of(pk, place, meme, cells, has_run=bool(times), dated=dated)
