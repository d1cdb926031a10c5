"""Whatever happens to notebooks, in whatever order and however often it is cut off: what is derived ends as a rebuild
of it would have it."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from lineage import holdings, refresh
from lineage.models import Descent, Deviation, Due, Holding, Pin, RunOf, Trace
from lineage.runs import deriving as runs
from lineage.runs import pins
from notebooks import moving
from notebooks.ingest import Provenance, ingest
from notebooks.memes import next_branch, parse
from notebooks.models import Notebook
from tests.builders import make_notebook, make_runbook, make_space, make_user

pytestmark = pytest.mark.django_db

MEMES = [f"0000000{number}-1111-11e1-8111-000000000000" for number in "123"]
FOLDERS = ("templates", "user-notebooks/kato/20261023", "user-notebooks/lee", "2026-11-02", "")
TEXTS = [
    f"systemctl restart service-number-{number} && journalctl -u service-{number}" for number in range(14)
]


class Killed(BaseException):
    """As if the process had ended here."""


def derived() -> dict[str, list[str]]:
    """All rows by their values."""
    # What is only alike depends on what was there when it came in.
    told = Descent.objects.exclude(how__in=("adopted", "alike")).order_by()
    return {
        "traces": _values(Trace),
        "holdings": _values(Holding),
        "runs": _values(RunOf),
        "deviations": sorted(
            map(
                repr,
                Deviation.objects.values_list(
                    "run__notebook",
                    "kind",
                    "meme",
                    "template_index",
                    "index",
                    "text",
                    "is_prose",
                    "is_reached",
                ),
            )
        ),
        "descents": sorted(map(repr, told.values_list("child", "parent", "how", "notebook", "space"))),
    }


def _values(model: Any) -> list[str]:
    fields = [field.attname for field in model._meta.concrete_fields if field.name != "id"]
    return sorted(map(repr, model.objects.order_by().values_list(*fields)))


def forget() -> None:
    Descent.objects.exclude(how="adopted").delete()
    for model in (Trace, Holding, RunOf):
        model.objects.all().delete()


class World:
    """A few people's notebooks, and chance."""

    def __init__(self, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.chance = random.Random(seed)
        self.monkeypatch = monkeypatch
        self.user = make_user()
        self.spaces = [make_space(writers=[self.user]) for _ in range(2)]
        self.contents: list[dict[str, Any]] = []  # of every notebook that ever came in
        self.clock = datetime(2026, 10, 1, tzinfo=UTC)

    def steps(self) -> list[Callable[[], None]]:
        usual = [self.new, self.copy, self.copy, self.copy_without_memes, self.change, self.catch_up]
        return [*usual, self.delete, self.restore, self.move, self.pin, self.unpin, self.kill]

    def step(self) -> str:
        done = self.chance.choice(self.steps())
        done()
        return done.__name__

    def new(self) -> None:
        texts = self.chance.sample(TEXTS, self.chance.randint(2, 6))
        self._take_in(texts, [self._uuid() for _ in texts], self.chance.choice([self._uuid(), None]))

    def copy(self) -> None:
        if self.contents:
            old = self.chance.choice(self.contents)
            memes = [self._branched(meme) for meme in old["memes"]]
            self._take_in(*self._edited(old["texts"], memes), old["meme"])

    def copy_without_memes(self) -> None:
        if self.contents:
            texts = self.chance.choice(self.contents)["texts"]
            texts, memes = self._edited(texts, [None] * len(texts))
            self._take_in(texts, memes, None)

    def change(self) -> None:
        if notebook := self._any(Notebook.objects.alive()):
            content = self.chance.choice(self.contents)
            texts, memes = self._edited(content["texts"], content["memes"])
            self._ingest(notebook.space, notebook.path, texts, memes, content["meme"])

    def delete(self) -> None:
        if notebook := self._any(Notebook.objects.alive()):
            moving.delete(notebook, self.user)

    def restore(self) -> None:
        if notebook := self._any(Notebook.objects.deleted()):
            try:
                moving.restore(notebook)
            except moving.PlaceTaken:
                return

    def move(self) -> None:
        if notebook := self._any(Notebook.objects.alive()):
            moving.move(notebook, self.chance.choice(self.spaces), self._path(), by=self.user)

    def pin(self) -> None:
        notebook, template = self._any(Notebook.objects.alive()), self._any(Notebook.objects.alive())
        says = self.chance.choice(Pin.Says.values)
        if notebook and template and not (says == Pin.Says.RUN and pins.why_not(notebook, template)):
            pins.say(notebook, says, template if says == Pin.Says.RUN else None, self.user)

    def unpin(self) -> None:
        if (pin := self._any(Pin.objects.all())) is not None:
            pins.say(pin.notebook, pins.FOUND, None, self.user)

    def catch_up(self) -> None:
        refresh.catch_up()

    def kill(self) -> None:
        """Between two of the writers' transactions."""
        module, name = self.chance.choice(
            [(refresh, "_store"), (runs, "changes"), (holdings, "recount"), (refresh, "_forget")]
        )
        with self.monkeypatch.context() as patch:
            patch.setattr(module, name, _killing)
            try:
                refresh.catch_up()
            except Killed:
                return

    def _any(self, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        return self.chance.choice(found) if found else None

    def _uuid(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=1))

    def _branched(self, meme: str | None) -> str | None:
        known = parse(meme)
        return str(next_branch(known, f"{self.chance.getrandbits(16):04x}")) if known else None

    def _edited(self, texts: list[str], memes: list[str | None]) -> tuple[list[str], list[str | None]]:
        cells = list(zip(texts, memes, strict=True))
        if self.chance.random() < 0.3:
            place = self.chance.randrange(len(cells))
            cells[place] = (f"{cells[place][0]} --now{self.chance.randrange(9)}", cells[place][1])
        if self.chance.random() < 0.3 and len(cells) > 1:
            cells.pop(self.chance.randrange(len(cells)))
        if self.chance.random() < 0.3:
            cells.append((self.chance.choice(TEXTS), self._uuid() if memes[0] else None))
        return [text for text, _ in cells], [meme for _, meme in cells]

    def _path(self) -> str:
        name = f"{self.chance.choice('ab')}{len(self.contents)}-{self.chance.getrandbits(20)}.ipynb"
        return f"{self.chance.choice(FOLDERS)}/{name}".lstrip("/")

    def _take_in(self, texts: list[str], memes: list[str | None], meme: str | None) -> None:
        self.contents.append({"texts": texts, "memes": memes, "meme": meme})
        self._ingest(self.chance.choice(self.spaces), self._path(), texts, memes, meme)

    def _ingest(
        self, space: Any, path: str, texts: list[str], memes: list[str | None], meme: str | None
    ) -> None:
        self.clock += timedelta(hours=self.chance.randint(-20, 60))
        title = ("markdown", f"# Restart {self.chance.choice('12')}")
        raw = make_notebook(title, *texts, memes=[None, *memes], meme=meme or "")
        ingest(space, path, raw, Provenance(by=self.user, owner="lee", saved_at=self.clock))


def _killing(*_args: Any, **_kwargs: Any) -> None:
    raise Killed


@pytest.mark.parametrize("seed", [152, *range(5)])
def test_catching_up_ends_as_a_rebuild_does(seed, monkeypatch):
    world = World(seed, monkeypatch)
    done = [world.step() for _ in range(40)]
    refresh.catch_up()
    followed = derived()
    forget()
    refresh.rebuild()
    for name, rows in derived().items():
        assert followed[name] == rows, done


def test_who_is_killed_before_counting_leaves_what_has_to_be_counted(monkeypatch):
    user = make_user()
    space = make_space(writers=[user])
    texts = ["ls", "pwd", "df"]
    template = make_runbook(*texts, memes=MEMES, path="templates/a.ipynb", space=space)
    run = make_runbook(*texts, memes=[f"{meme}-1-abcd" for meme in MEMES], path="b.ipynb", space=space)
    refresh.catch_up()
    assert Holding.objects.filter(head=template, notebooks=2).count() == 3
    pins.say(run, Pin.Says.ALONE, None, user)
    with monkeypatch.context() as patch:
        patch.setattr(holdings, "recount", _killing)
        with pytest.raises(Killed):
            refresh.catch_up()
    assert not RunOf.objects.exists()
    refresh.catch_up()
    assert Holding.objects.filter(head=template, notebooks=1).count() == 3
    assert not Due.objects.exists()


def test_a_rebuild_compares_runs_again_though_nothing_changed():
    space = make_space()
    make_runbook("ls", "pwd", memes=MEMES[:2], path="templates/a.ipynb", space=space)
    branched = [f"{meme}-1-abcd" for meme in MEMES[:2]]
    make_runbook("ls", "pwd --now", memes=branched, path="b.ipynb", space=space)
    refresh.catch_up()
    assert RunOf.objects.get().edited == 1
    Deviation.objects.all().delete()  # as by a version that did not see it
    RunOf.objects.update(edited=0)
    refresh.rebuild()
    assert RunOf.objects.get().edited == 1
    assert Deviation.objects.get().kind == "edited"
