"""Every operator of the query language, its negation, within a space and in Japanese: the same hits on every engine."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from execlogs.ingest import Told
from execlogs.ingest import ingest as ingest_logs
from execlogs.models import Execution, Witness
from lineage import refresh as lineage
from notebooks.ingest import Provenance, ingest
from search import refresh
from search.find import Wish, find
from stickies.drafts import At, Draft
from stickies.models import Kind, Reach
from stickies.writing import write
from tests.builders import display, error, make_notebook, make_space, make_user, stream
from tests.search.conftest import ENGINES, NAMES, use

pytestmark = pytest.mark.django_db
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def meme(number):
    return f"8f5c5fe2-71cc-11e7-9abe-02420aff{number:04x}"


ROTATE, CHECK, INTRO, PLOT, LS, GUIDE = (meme(number) for number in range(6))
DISK, RUN = (meme(number) for number in (100, 100))


def disk(rotate, *outputs, branch=""):
    return make_notebook(
        ("markdown", "# Disk full\n\n## 容量の確認\n\n空き容量を調べる #disk #手順"),
        ("code", "ssh web-02 df -h /var", [stream("Filesystem 98% /var")]),
        ("code", rotate, list(outputs)),
        memes=[INTRO + branch, CHECK + branch, ROTATE + branch],
        meme=DISK,
        language="bash",
        tags=["Storage"],
    )


@pytest.fixture(scope="module")
def kato(library):
    return library["kato"]


@pytest.fixture(scope="module")
def library(django_db_setup, django_db_blocker):
    """Three spaces; kato reads two of them. Made once, at NOW, and taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        with pytest.MonkeyPatch.context() as clock:
            clock.setattr(timezone, "now", lambda: NOW)
            made = _library()
        yield made
        transaction.set_rollback(True)


def _library():
    kato, sato, yamada = make_user("kato"), make_user("sato"), make_user("yamada")
    ops, share = (
        make_space("ops", readers=[kato], writers=[sato], name="運用"),
        make_space("share", readers=[kato, sato]),
    )
    closed = make_space("closed", writers=[yamada])
    long_ago = Provenance(owner="kato", saved_at=NOW - timedelta(days=400))
    template = ingest(ops, "runbooks/disk/full.ipynb", disk("logrotate -f /etc/logrotate.conf"), long_ago)
    run = ingest(
        ops,
        "work/sato/full.ipynb",
        disk(
            "sudo logrotate -f",
            stream("rotating"),
            error("CalledProcessError", "permission denied"),
            branch="-1-57f4",
        ),
        Provenance(owner="sato", saved_at=NOW - timedelta(days=3)),
    )
    plots = make_notebook(
        ("markdown", "# Plot of logs\n\nNothing fails here"),
        ("code", "plot(permission)", [display({"image/png": PNG, "text/plain": "denied"})]),
        memes=[GUIDE, PLOT],
    )
    ingest(share, "plots/plot.ipynb", plots, Provenance(owner="lee", saved_at=NOW - timedelta(days=30)))
    secret = disk("logrotate secret", error("SecretError", "permission denied"), branch="-1-0001")
    ingest(closed, "secret.ipynb", secret, Provenance(owner="yamada", saved_at=NOW))
    lineage.catch_up()
    note(ops, sato, template.notebook, 2, "Do not rotate twice #危険", Kind.HAZARD)
    note(ops, kato, template.notebook, 1, "Why -h?", Kind.QUESTION)
    for number, (who, days, status) in enumerate(
        [("sato", 3, "error"), ("sato", 2, "ok"), ("kato", 40, "error"), ("kato", 41, "error")]
    ):
        executed(ops, run.notebook, ROTATE, number, who=who, at=NOW - timedelta(days=days), status=status)
    executed(closed, None, PLOT, 9, who="yamada", at=NOW, status="error")
    for space, code in ((ops, "rotate"), (closed, "secret")):
        ingest_logs(space, [log(code)])
    return {"kato": kato, "yamada": yamada}


def executed(space, notebook, cell, number, **fields):
    Execution.objects.create(space=space, notebook=notebook, meme=cell, key=f"key{number}", **fields)


def log(code):
    """As lc_wrapper writes it."""
    raw = f"""{{"lc_cell_meme": {{"current": "{LS}"}}}}
----
{code}
----
path: /home/sato/notebooks/.log/20251101/20251101-120000-0001.log
notebook_path: gone.ipynb
uid: 0
gid: 0
start time: 2025-11-01 12:00:00(JST)
----
mktemp: volume exhausted on db-07.example.org

----
end time: 2025-11-01 12:00:01(JST)
1 chunks with matched keywords or errors
----
execute_reply_status: error
"""
    return Told(Witness.LOG, raw.encode(), "20251101-120000-0001.log", time_zone="Asia/Tokyo", who="sato")


def note(space, author, notebook, index, body, kind):
    cell = notebook.cells.get(index=index)
    write(Draft(space, At.cell(notebook, cell), body, kind, reach=Reach.FAMILY), author)


@pytest.fixture(scope="module", params=ENGINES)
def engine(request, library, tmp_path_factory, django_db_blocker):
    class Settings:
        pass

    use(Settings(), tmp_path_factory.mktemp("index"), request.param)
    refresh.rebuild()


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def hits(query, person):
    return sorted(shown(hit) for hit in find(Wish(query, size=100), person).hits)


def shown(hit):
    if hit.kind == "note":
        return f"note: {hit.note.body}"
    if hit.kind == "log":
        return f"log: {hit.execution.headline}"
    return hit.notebook.path if hit.cell is None else f"{hit.notebook.path}[{hit.cell.index}]"


TEMPLATE, THE_RUN, PLOTS = "runbooks/disk/full.ipynb", "work/sato/full.ipynb", "plots/plot.ipynb"
LOG = "log: rotate"
HAZARD, QUESTION = "note: Do not rotate twice #危険", "note: Why -h?"


def of(path, *indexes):
    return [path, *(f"{path}[{index}]" for index in indexes)]


EVERYTHING = sorted([*of(TEMPLATE, 0, 1, 2), *of(THE_RUN, 0, 1, 2), *of(PLOTS, 0, 1), HAZARD, QUESTION])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("permission denied", [f"{PLOTS}[1]", f"{THE_RUN}[2]"]),
        ('"permission denied"', [f"{THE_RUN}[2]"]),
        ("permission -sudo", [f"{PLOTS}[1]"]),
        ("sudo OR plot(permission)", [f"{PLOTS}[1]", f"{THE_RUN}[2]"]),
        ("(sudo OR permission) rotating", [f"{THE_RUN}[2]"]),
        ("logrot*", [f"{TEMPLATE}[2]", f"{THE_RUN}[2]"]),
        ("title:plot permission", [f"{PLOTS}[1]"]),
        ("title:disk -is:run -lang:python", [*of(TEMPLATE, 0, 1, 2), HAZARD, QUESTION]),
        ("heading:容量の確認 df", [f"{TEMPLATE}[1]", f"{THE_RUN}[1]"]),
        ("heading:容量 -in:code", [TEMPLATE, f"{TEMPLATE}[0]", THE_RUN, f"{THE_RUN}[0]"]),
        ("in:code permission", [f"{PLOTS}[1]"]),
        ("in:error permission", [f"{THE_RUN}[2]"]),
        ("in:output denied", [f"{PLOTS}[1]", f"{THE_RUN}[2]"]),
        ("in:output,error denied", [f"{PLOTS}[1]", f"{THE_RUN}[2]"]),
        ("in:markdown 調べる", [f"{TEMPLATE}[0]", f"{THE_RUN}[0]"]),
        ("in:note rotate", [HAZARD]),
        ("rotate -in:note", []),
        ("permission -in:code", [f"{THE_RUN}[2]"]),
        ("-in:code,markdown -in:note", [PLOTS, TEMPLATE, THE_RUN, LOG]),
        ("path:work/sato logrotate", [f"{THE_RUN}[2]"]),
        ("-path:full.ipynb", [*of(PLOTS, 0, 1), LOG]),
        ("folder:work", of(THE_RUN, 0, 1, 2)),
        ("folder:runbooks/disk in:code", [f"{TEMPLATE}[1]", f"{TEMPLATE}[2]"]),
        ("folder:runb*", of(TEMPLATE, 0, 1, 2)),
        ("-folder:work,runbooks in:code", [f"{PLOTS}[1]"]),
        ("space:share", of(PLOTS, 0, 1)),
        ("space:運用 logrotate", [f"{TEMPLATE}[2]", f"{THE_RUN}[2]"]),
        ("-space:運用", of(PLOTS, 0, 1)),
        ("space:closed", []),
        ("owner:LEE", of(PLOTS, 0, 1)),
        ("owner:lee,sato in:code", [f"{PLOTS}[1]", f"{THE_RUN}[1]", f"{THE_RUN}[2]"]),
        ("-owner:kato,sato", of(PLOTS, 0, 1)),
        ("owners:sa* sudo", [f"{THE_RUN}[2]"]),
        ("by:sato", [THE_RUN, f"{TEMPLATE}[2]", f"{THE_RUN}[2]", HAZARD, LOG]),
        ("by:sato ran:2025-11", [LOG]),
        ("by:lee,yamada", []),
        ("by:yamada", []),
        ("-by:kato in:code logrotate", []),
        ("ran:<7d", [THE_RUN, f"{TEMPLATE}[2]", f"{THE_RUN}[2]", HAZARD]),
        ("by:kato ran:<7d", []),
        ("ran:2026-10", [THE_RUN, f"{TEMPLATE}[2]", f"{THE_RUN}[2]", HAZARD]),
        ("-ran:<7d in:code", [f"{PLOTS}[1]", f"{TEMPLATE}[1]", f"{THE_RUN}[1]"]),
        ("failed:>2", [THE_RUN, f"{TEMPLATE}[2]", f"{THE_RUN}[2]", HAZARD]),
        ("failed:>3", []),
        ("failed:3 sudo", [f"{THE_RUN}[2]"]),
        ("-failed:>=1 in:code", [f"{PLOTS}[1]", f"{TEMPLATE}[1]", f"{THE_RUN}[1]"]),
        ("lang:Bash df", [f"{TEMPLATE}[1]", f"{THE_RUN}[1]"]),
        ("-language:bash", [*of(PLOTS, 0, 1), HAZARD, QUESTION, LOG]),
        ("kernel:python in:code", [f"{PLOTS}[1]"]),
        ("-kernels:bash in:code", [f"{PLOTS}[1]"]),
        (f"meme:{ROTATE}", [f"{TEMPLATE}[2]", f"{THE_RUN}[2]", HAZARD]),
        (f"meme:{ROTATE}-1-57f4", [f"{THE_RUN}[2]"]),
        (f"lc_cell_memes:{CHECK}", [f"{TEMPLATE}[1]", f"{THE_RUN}[1]", QUESTION]),
        (f"in:code -meme:{ROTATE},{CHECK}", [f"{PLOTS}[1]"]),
        ("tag:手順", [*of(TEMPLATE, 0), *of(THE_RUN, 0)]),
        ("tag:#DISK is:run", of(THE_RUN, 0)),
        ("tags:storage", [TEMPLATE, THE_RUN]),
        ("tag:危険", [HAZARD]),
        ("-tag:disk,危険 in:markdown,note", [f"{PLOTS}[0]", QUESTION]),
        ("has:error", [*of(THE_RUN, 2), LOG]),
        ("-has:error in:code logrotate", [f"{TEMPLATE}[2]"]),
        ("has:image", of(PLOTS, 1)),
        ("has:hazard", [TEMPLATE, f"{TEMPLATE}[2]", THE_RUN, f"{THE_RUN}[2]", HAZARD]),
        ("is:run -has:hazard", [f"{THE_RUN}[0]", f"{THE_RUN}[1]"]),
        ("has:note in:code", [f"{TEMPLATE}[1]", f"{TEMPLATE}[2]", f"{THE_RUN}[1]", f"{THE_RUN}[2]"]),
        ("-has:note in:code", [f"{PLOTS}[1]"]),
        ("is:template", of(TEMPLATE, 0, 1, 2)),
        ("is:run df", [f"{THE_RUN}[1]"]),
        ("-is:template,run in:code", [f"{PLOTS}[1]"]),
        ("is:stale", of(TEMPLATE, 0, 1, 2)),
        ("-is:stale in:code", [f"{PLOTS}[1]", f"{THE_RUN}[1]", f"{THE_RUN}[2]"]),
        ("updated:>=2026-11-01 in:code", [f"{THE_RUN}[1]", f"{THE_RUN}[2]"]),
        ("updated:2026年10月", of(PLOTS, 0, 1)),
        ("-updated:<60d in:code", [f"{TEMPLATE}[1]", f"{TEMPLATE}[2]"]),
        ("created:today", EVERYTHING),
        ("-created:今日", [LOG]),
        ("in:log exhausted", [LOG]),
        ("volume exhausted", [LOG]),
        ("exhausted -in:log", []),
        ("host:db-07.example.org", [LOG]),
        ("in:log has:error owner:sato", [LOG]),
        ("host:WEB-02 is:run", [THE_RUN, f"{THE_RUN}[1]"]),
        ("-host:web* in:code", [f"{PLOTS}[1]", f"{TEMPLATE}[2]", f"{THE_RUN}[2]"]),
        ("command:df", [TEMPLATE, f"{TEMPLATE}[1]", THE_RUN, f"{THE_RUN}[1]"]),
        ("cmd:sudo,ssh -command:df", [f"{THE_RUN}[2]"]),
        ("-commands:logrotate in:code", [f"{PLOTS}[1]", f"{TEMPLATE}[1]", f"{THE_RUN}[1]"]),
        ("SecretError", []),
        ("yamada", []),
    ],
)  # fmt: skip
def test_operator(query, expected, engine, kato):
    assert hits(query, kato) == sorted(expected)


def test_the_docs_name_no_operator_that_an_engine_lacks():
    """As they stand above, each is asked of every engine."""
    told = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    rows = re.findall(
        r"^\| (\w+) \| [^|]+ \| ([^|]+) \|$", told.partition("operators that it lacks")[2], re.MULTILINE
    )
    assert rows[: len(NAMES)] == [(name, "none") for name in NAMES]


def test_a_template_whose_runs_i_may_not_see_is_none(engine, library):
    """yamada reads the closed space alone, where there is a run of a template in another."""
    assert hits("logrotate", library["yamada"]) == ["secret.ipynb[2]"]
    assert hits("is:template,run", library["yamada"]) == []
