"""The pages and the API about templates and runs, and what people say of a notebook."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lineage import refresh
from lineage.models import Pin, RunOf
from lineage.runs.timeline import Point, timeline_of
from lineage.runs.track import Track
from notebooks import moving
from notebooks.ingest import ingest
from tests.builders import error, make_runbook, make_space, make_user
from tests.lineage.test_runs import HUB, A, B, C, D, branched, code, found, make_run, make_template

pytestmark = pytest.mark.django_db

REPAIR = "sudo -n true; pwd"


@pytest.fixture
def writer():
    return make_user("kato")


@pytest.fixture
def space(writer):
    return make_space("hub", writers=[writer])


@pytest.fixture
def pages(client, writer):
    client.force_login(writer)
    return client


def make_repaired(space, *numbers):
    return [make_run(space, number, code("ls", 1), code(REPAIR, 2), code("df", 3)) for number in numbers]


def runs_page(client, notebook, query=""):
    return client.get(f"{reverse('runs', args=[notebook.pk])}{query}")


def queries(ask):
    """How many, once what is looked up once a process is known."""
    ask()
    with CaptureQueriesContext(connection) as caught:
        ask()
    return len(caught)


def listed(response):
    return {row.run.notebook_id for row in response.context["listed"].rows}


class TestList:
    def test_a_run_is_a_row_with_how_it_went_in_words(self, pages, space):
        template = make_template(space)
        failed = code("pwd", 2) | {"outputs": [error("OSError", "no")]}
        run = make_run(space, "0001", code("ls -l", 1), failed, code("df"))
        refresh.catch_up()
        response = runs_page(pages, template)
        assert response.status_code == 200
        assert listed(response) == {run.pk}
        text = response.content.decode()
        assert "step 1 ok, step 2 failed, step 3 not run; edited: 1" in text
        assert "stopped at 2" in text
        assert "1 edited" in text and "1 not reached" in text
        assert "1 run by 1 person since 2026-01" in " ".join(text.split())

    def test_what_a_run_only_did_not_reach_was_not_skipped(self, pages, space):
        template = make_template(space)
        stopped = make_run(space, "0001", code("ls", 1), code("pwd"), code("df"))
        skipping = make_run(space, "0002", code("ls", 1), code("pwd"), code("df", 2))
        refresh.catch_up()
        assert listed(runs_page(pages, template, "?differs=skipped")) == {skipping.pk}
        assert listed(runs_page(pages, template, "?differs=nothing")) == {stopped.pk}

    def test_filters_narrow_it(self, pages, space):
        template = make_template(space)
        first = make_run(space, "0001")  # on 2 January
        second = make_run(space, "0009", code("ls", 1), code("pwd"), code("df"))  # on 10 January
        refresh.catch_up()
        expected = {
            "?ended=done": {first.pk},
            "?ended=open": {second.pk},
            "?since=2026-01-05": {second.pk},
            "?since=nonsense": {first.pk, second.pk},
            "?differs=edited": set(),
            "?who=nobody": set(),
            "?ended=nonsense": {first.pk, second.pk},
        }
        assert {query: listed(runs_page(pages, template, query)) for query in expected} == expected

    def test_an_empty_choice_says_that_it_was_the_filter(self, pages, space):
        template = make_template(space)
        make_run(space, "0001")
        refresh.catch_up()
        assert "No run fits" in runs_page(pages, template, "?differs=moved").content.decode()

    @pytest.mark.parametrize("sort", ["when", "-when", "who", "ended", "-ended", "nonsense"])
    def test_every_order_is_one(self, pages, space, sort):
        template = make_template(space)
        runs = [make_run(space, f"000{number}").pk for number in range(1, 4)]
        refresh.catch_up()
        order = [
            row.run.notebook_id for row in runs_page(pages, template, f"?sort={sort}").context["listed"].rows
        ]
        assert sorted(order) == runs
        if sort == "when":
            assert order == runs

    def test_fifty_are_on_a_page_and_the_queries_do_not_grow_with_them(self, pages, space):
        template = make_template(space)
        make_run(space, "0001")
        make_repaired(space, "0002", "0003", "0004")
        refresh.catch_up()
        few = queries(lambda: runs_page(pages, template))
        for number in range(5, 60):
            make_run(space, f"{number:04x}")
        refresh.catch_up()
        assert queries(lambda: runs_page(pages, template)) == few
        assert len(runs_page(pages, template).context["listed"].rows) == 50
        assert len(listed(runs_page(pages, template, "?page=2"))) == 9

    def test_a_runbook_without_runs_says_so_and_a_run_leads_to_its_template(self, pages, space):
        template, stray = make_template(space), make_runbook("uptime", space=space, path="b.ipynb")
        run = make_run(space, "0001")
        refresh.catch_up()
        assert "No runs of it" in runs_page(pages, stray).content.decode()
        text = runs_page(pages, run).content.decode()
        assert "This is a run itself" in text
        assert reverse("runs", args=[template.pk]) in text

    def test_a_deleted_template_leads_to_what_is_known_of_it(self, pages, space, writer):
        template = make_template(space)
        moving.delete(template, writer)
        assert runs_page(pages, template).url == template.get_absolute_url()


class TestOffers:
    def test_what_three_runs_changed_alike_is_offered(self, pages, space):
        template = make_template(space)
        make_repaired(space, "0001", "0002")
        refresh.catch_up()
        assert runs_page(pages, template).context["offers"] == []
        make_repaired(space, "0003")
        refresh.catch_up()
        (offer,) = runs_page(pages, template).context["offers"]
        assert (offer.runs, offer.step, offer.cell.source) == (3, 2, REPAIR)
        assert "3 runs changed this to" in pages.get(template.get_absolute_url()).content.decode()

    def test_what_the_template_says_by_now_is_not_offered(self, pages, space):
        template = make_template(space)
        make_repaired(space, "0001", "0002", "0003")
        make_template(space, "ls", REPAIR, "df")
        refresh.catch_up()
        assert RunOf.objects.filter(template=template).count() == 3
        assert runs_page(pages, template).context["offers"] == []

    def test_a_cell_that_three_runs_added_is_offered_though_its_ids_differ(self, pages, space):
        template = make_template(space)
        for number in ("0001", "0002", "0003"):
            ids = [*branched(number, A, B), f"0000{number}-2222-11e1-8111-000000000000", *branched(number, C)]
            cells = [code("ls", 1), code("pwd", 2), code("uptime", 3), code("df", 4)]
            path = f"kato/2026010{number[-1]}-x/a.ipynb"
            make_runbook(*cells, space=space, path=path, memes=ids, meme=str(template.meme))
        refresh.catch_up()
        (offer,) = runs_page(pages, template).context["offers"]
        assert (offer.is_added, offer.step, offer.beside.index) == (True, 2, 1)
        assert "3 runs added a cell below" in pages.get(template.get_absolute_url()).content.decode()
        assert "3 runs" in pages.get(offer.url).content.decode()

    def test_only_runs_that_one_may_see_count(self, client, pages, space):
        template = make_template(space)
        make_repaired(space, "0001", "0002")
        make_repaired(make_space("closed"), "0003")
        refresh.catch_up()
        assert RunOf.objects.filter(template=template).count() == 3
        assert runs_page(pages, template).context["offers"] == []

    @pytest.mark.corpus
    def test_the_repair_of_a_real_team_is_offered_on_the_disk_full_template(self, pages, space):
        if not HUB.is_dir():
            pytest.skip("../shared/corpus is not here")
        for path in sorted(HUB.rglob("*isk full*.ipynb")):
            ingest(space, path.relative_to(HUB).as_posix(), path.read_bytes())
        refresh.catch_up()
        template = RunOf.objects.first().template
        (offer,) = runs_page(pages, template).context["offers"]
        assert "sudo -n true" in offer.cell.source
        assert offer.runs == sum(
            b"sudo -n true" in path.read_bytes() for path in HUB.rglob("*isk full*.ipynb")
        )
        assert offer.beside.source == "!opsctl rotate {target_host}"


class TestTexts:
    def texts(self, client, template, query):
        response = client.get(f"{reverse('runs-cells', args=[template.pk])}?{query}")
        assert response.status_code == 200
        return [
            (text.cell.source, text.is_templates, sorted(each.run.notebook_id for each in text.bearers))
            for text in response.context["beside"].texts
        ]

    def test_equal_texts_stand_together_beside_the_templates(self, pages, space):
        template = make_template(space)
        plain = make_run(space, "0001")
        repaired = [run.pk for run in make_repaired(space, "0002", "0003")]
        refresh.catch_up()
        assert self.texts(pages, template, f"meme={B}") == [
            ("pwd", True, [plain.pk]),
            (REPAIR, False, repaired),
        ]
        chosen = f"meme={B}&run={plain.pk}&run={repaired[0]}"
        assert self.texts(pages, template, chosen) == [
            ("pwd", True, [plain.pk]),
            (REPAIR, False, repaired[:1]),
        ]

    def test_runs_of_others_and_nonsense_change_nothing(self, pages, space):
        template, run = make_template(space), make_run(space, "0001")
        refresh.catch_up()
        assert self.texts(pages, template, f"meme={B}&run=x&run=²&run={run.pk}") == [("pwd", True, [run.pk])]
        assert self.texts(pages, template, f"meme={B}&run=999999") == [("pwd", True, [])]
        assert self.texts(pages, template, "meme=nonsense") == []
        assert self.texts(pages, template, "") == []

    def test_a_run_without_the_cell_is_named(self, pages, space):
        template = make_template(space)
        run = make_run(space, "0001", code("ls", 1), code("df", 2), memes=(A, C))
        refresh.catch_up()
        response = pages.get(f"{reverse('runs-cells', args=[template.pk])}?meme={B}")
        assert [run.notebook_id for run in response.context["beside"].without] == [run.pk]

    def test_cells_that_only_their_texts_tell_are_found_too(self, pages, space):
        """The run lost its ids: another program saved it."""
        template = make_template(space, "opsctl list all hosts", "opsctl rotate web-01", "df")
        bare = make_runbook(
            code("opsctl list all hosts", 1),
            code("opsctl rotate web-02", 2),
            code("df", 3),
            space=space,
            path="x.ipynb",
        )
        Pin.objects.create(notebook=bare, says="run", template=template)
        refresh.catch_up()
        assert self.texts(pages, template, f"meme={B}")[1] == ("opsctl rotate web-02", False, [bare.pk])
        assert self.texts(pages, template, f"meme={A}") == [("opsctl list all hosts", True, [bare.pk])]

    def test_the_queries_do_not_grow_with_the_runs(self, pages, space):
        template = make_template(space)
        make_repaired(space, "0001", "0002")
        refresh.catch_up()
        url = f"{reverse('runs-cells', args=[template.pk])}?meme={B}"
        few = queries(lambda: pages.get(url))
        make_repaired(space, *(f"00{number:02x}" for number in range(3, 20)))
        refresh.catch_up()
        assert queries(lambda: pages.get(url)) == few


class TestBadge:
    def test_a_template_says_how_many_runs_and_a_run_of_what(self, pages, space):
        template = make_template(space)
        run = make_run(space, "0001")
        refresh.catch_up()
        text = " ".join(pages.get(template.get_absolute_url()).content.decode().split())
        assert "Template</span>" in text and ">1 run</a>" in text
        text = " ".join(pages.get(run.get_absolute_url()).content.decode().split())
        assert f'a run of <a href="{template.get_absolute_url()}">' in text
        assert "on 2026-01-02 by kato" in text

    def test_its_folder_says_it_too(self, pages, space):
        template, stray = make_template(space), make_runbook("uptime", space=space, path="share/b.ipynb")
        make_run(space, "0001")
        refresh.catch_up()
        text = pages.get(reverse("browse", args=["hub", "share/"])).content.decode()
        assert f'<a href="{reverse("runs", args=[template.pk])}">template, 1 run</a>' in text
        assert reverse("runs", args=[stray.pk]) not in text

    def test_an_old_revision_is_neither(self, pages, space):
        make_template(space)
        run = make_run(space, "0001")
        make_runbook("ls", space=space, path=run.path, memes=branched("0001", A), meme=str(run.meme))
        refresh.catch_up()
        assert "a run of" not in pages.get(reverse("revision", args=[run.pk, 1])).content.decode()


class TestPin:
    def say(self, client, notebook, says, template=""):
        return client.post(reverse("pin", args=[notebook.pk]), {"says": says, "template": template})

    def test_a_writer_corrects_what_was_found(self, pages, space, writer):
        template, one, two = make_template(space), make_run(space, "0001"), make_run(space, "0002")
        refresh.catch_up()
        assert self.say(pages, one, "alone").status_code == 302
        assert Pin.objects.get().by == writer
        assert "it shows as soon as that is worked out" in pages.get(one.get_absolute_url()).content.decode()
        refresh.catch_up()
        assert found() == {two.pk: template.pk}
        text = pages.get(one.get_absolute_url()).content.decode()
        assert "Neither template nor run" in text and "kato said so on" in text
        self.say(pages, one, "found")
        refresh.catch_up()
        assert found() == {one.pk: template.pk, two.pk: template.pk}

    @pytest.mark.parametrize("way", ["number", "path", "address"])
    def test_a_template_is_named_as_one_likes(self, pages, space, way):
        template, stray = make_template(space), make_runbook("uptime", space=space, path="b.ipynb")
        named = {
            "number": str(template.pk),
            "path": f"hub/{template.path}",
            "address": f"http://testserver{template.get_absolute_url()}",
        }
        assert self.say(pages, stray, "run", named[way]).status_code == 302
        refresh.catch_up()
        assert found() == {stray.pk: template.pk}

    def test_what_cannot_be_is_refused_with_the_reason(self, pages, space, writer):
        template, one, two = make_template(space), make_run(space, "0001"), make_run(space, "0002")
        gone = make_runbook("x", space=space, path="gone.ipynb")
        moving.delete(gone, writer)
        unseen = make_template(make_space("closed"))
        Pin.objects.create(notebook=two, says="run", template=template)
        refusals = {
            "nowhere/a.ipynb": "There is no runbook of this name",
            str(unseen.pk): "There is no runbook of this name",
            str(one.pk): "No notebook is a run of itself",
            str(two.pk): "Somebody said that it is a run itself",
            str(gone.pk): "That runbook is in the bin",
        }
        for named, reason in refusals.items():
            response = self.say(pages, one, "run", named)
            assert response.status_code == 422
            assert reason in response.content.decode()
        assert self.say(pages, one, "nonsense").status_code == 422
        assert Pin.objects.filter(notebook=one).count() == 0

    def test_while_the_pinned_template_is_in_the_bin_that_is_told(self, pages, space, writer):
        template, stray = make_template(space), make_runbook("uptime", space=space, path="b.ipynb")
        self.say(pages, stray, "run", str(template.pk))
        moving.delete(template, writer)
        refresh.catch_up()
        text = pages.get(stray.get_absolute_url()).content.decode()
        assert "which is in the bin" in text and "worked out" not in text

    def test_a_pinned_template_that_one_may_not_see_is_not_told(self, client, space):
        reader = make_user()
        space.readers.add(reader)
        run, unseen = make_run(space, "0001"), make_template(make_space("closed"), meme=D)
        Pin.objects.create(notebook=run, says="run", template=unseen)
        refresh.catch_up()
        client.force_login(reader)
        text = client.get(run.get_absolute_url()).content.decode()
        assert "a run of" not in text and "worked out" not in text and "said so" not in text


class TestTwoPeople:
    """One may read both spaces, the other only the one with the template."""

    @pytest.fixture
    def open_space(self):
        return make_space("open")

    @pytest.fixture
    def world(self, open_space):
        closed = make_space("closed")
        template = make_template(open_space)
        runs = make_repaired(open_space, "0001", "0002"), make_repaired(closed, "0003", "0004")
        refresh.catch_up()
        both, one = make_user("both"), make_user("one")
        open_space.readers.set([both, one])
        closed.readers.set([both])
        return template, [run.pk for run in runs[0]], [run.pk for run in runs[1]], both, one

    def test_the_page_the_badge_and_the_api_count_what_each_may_see(self, client, world):
        template, open_runs, closed_runs, both, one = world
        for person, runs in ((both, {*open_runs, *closed_runs}), (one, set(open_runs))):
            client.force_login(person)
            response = runs_page(client, template)
            assert listed(response) == runs
            assert response.context["listed"].summary.runs == len(runs)
            assert len(response.context["offers"]) == (len(runs) >= 3)
            assert f">{len(runs)} runs</a>" in client.get(template.get_absolute_url()).content.decode()
            answer = client.get(reverse("api-notebooks-runs", args=[template.pk])).json()
            assert (answer["count"], {each["id"] for each in answer["results"]}) == (len(runs), runs)
            cells = client.get(f"{reverse('runs-cells', args=[template.pk])}?meme={B}&run={closed_runs[0]}")
            assert len(cells.context["beside"].runs) == (person == both)

    def test_a_run_of_what_one_may_not_see_is_a_notebook_like_any(self, client, world, open_space):
        _, open_runs, _, _, one = world
        open_space.readers.clear()
        hidden = make_space("hidden", readers=[one])
        moving.move(
            RunOf.objects.get(notebook=open_runs[0]).notebook, hidden, "x/20260102-x/a.ipynb", make_user()
        )
        refresh.catch_up()
        assert open_runs[0] in found()
        client.force_login(one)
        assert "a run of" not in client.get(f"/n/{open_runs[0]}/", follow=True).content.decode()


class TestApi:
    def test_a_run_is_told_with_its_steps_and_deviations(self, pages, space):
        template = make_template(space)
        run = make_run(space, "0001", code("ls", 1), code(REPAIR, 2), code("df"))
        refresh.catch_up()
        answer = pages.get(reverse("api-notebooks-runs", args=[template.pk])).json()
        (told,) = answer["results"]
        assert (answer["count"], told["id"], told["who"], told["how"]) == (1, run.pk, "kato", "meme")
        assert [step["status"] for step in told["steps"]] == ["ok", "ok", "not_run"]
        assert told["deviations"] == [
            {"kind": "edited", "meme": B, "template_index": 1, "index": 1, "prose": False, "reached": True},
            {"kind": "skipped", "meme": C, "template_index": 2, "index": 2, "prose": False, "reached": False},
        ]

    def test_filters_that_cannot_be_meant_are_an_error(self, pages, space):
        url = reverse("api-notebooks-runs", args=[make_template(space).pk])
        assert pages.get(url, {"ended": "nonsense"}).status_code == 400
        assert pages.get(url, {"who": "nobody"}).json()["count"] == 0

    def test_pins_are_read_and_set(self, pages, space):
        template, run = make_template(space), make_run(space, "0001")
        url = reverse("api-notebooks-pin", args=[run.pk])
        assert pages.get(url).json() == {"says": "found", "template": None}
        put = {"content_type": "application/json"}
        assert (
            pages.put(url, {"says": "run", "template": template.pk}, **put).json()["template"] == template.pk
        )
        assert pages.get(url).json() == {"says": "run", "template": template.pk}
        assert pages.put(url, {"says": "run"}, **put).status_code == 400
        assert pages.put(url, {"says": "run", "template": run.pk}, **put).status_code == 400
        assert pages.put(url, {"says": "run", "template": 999999}, **put).status_code == 400
        assert pages.put(url, {"says": "found"}, **put).json() == {"says": "found", "template": None}

    def test_in_the_bin_it_is_gone(self, pages, space, writer):
        template = make_template(space)
        moving.delete(template, writer)
        assert pages.get(reverse("api-notebooks-runs", args=[template.pk])).status_code == 410
        assert pages.get(reverse("api-notebooks-pin", args=[template.pk])).status_code == 410


def step(status, **marks):
    return {
        "index": 0,
        "at": 0,
        "status": status,
        "edited": False,
        "values": False,
        "repeated": False,
        **marks,
    }


@pytest.mark.django_db(False)
class TestDrawn:
    def test_a_track_says_in_words_what_it_shows(self):
        steps = [
            step("ok"),
            step("ok", edited=True),
            step("removed"),
            step("error", repeated=True),
            step("none"),
        ]
        track = Track.of(steps)
        assert track.words == (
            "steps 1–2 ok, step 3 removed, step 4 failed, step 5 not run; edited: 2; run again: 4"
        )
        assert track.drawn.count("<i ") == 5

    def test_a_long_track_is_put_together_and_hides_no_failure(self):
        track = Track.of([step("ok")] * 299 + [step("error")])
        assert track.drawn.count("<i ") <= 60
        assert 'class="err"' in track.drawn

    def test_runs_at_one_time_stand_on_each_other(self):
        points = [Point(at(day), "ok") for day in (1, 1, 1, 200)]
        timeline = timeline_of(points, UTC)
        assert len({dot.x for dot in timeline.dots}) == 2
        assert len({(dot.x, dot.y) for dot in timeline.dots}) == 4
        assert timeline.stands_for == 1
        assert all(0 < dot.y < timeline.base and 0 < dot.x < timeline.width for dot in timeline.dots)

    def test_thousands_of_runs_stay_a_drawing(self):
        timeline = timeline_of([Point(at(number / 5), "ok") for number in range(5000)], UTC)
        assert len(timeline.dots) < 1000
        assert timeline.stands_for > 1
        assert len(timeline.ticks) <= 10

    def test_one_moment_is_no_timeline(self):
        assert timeline_of([Point(at(1), "ok")] * 3, UTC) is None
        assert timeline_of([], UTC) is None


def at(day):
    return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day)
