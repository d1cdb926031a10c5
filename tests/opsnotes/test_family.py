import hashlib
import re
from uuid import UUID

import pytest

from lineage import refresh
from lineage.models import Descent
from notebooks import moving
from notebooks.ingest import ingest
from notebooks.models import Notebook
from opsnotes.views.family import MANY, SOME, TEXTS
from tests.builders import error, make_notebook, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db
MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
OTHER, THIRD = MEME.replace("8f5c", "1111"), MEME.replace("8f5c", "2222")
NOWHERE = "00000000-0000-1000-8000-000000000000"


def text_of(client, path, **query):
    """What a person reads, on one line."""
    response = client.get(path, query)
    assert response.status_code == 200, path
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def copy_(source, space, path, branch="", **notebook):
    """A notebook with one cell of the family."""
    return make_runbook(source, memes=[MEME + (branch and f"-{branch}")], space=space, path=path, **notebook)


# ----- who gets what


def test_a_stranger_gets_404(client, reader):
    copy_("ls", make_space(), "a.ipynb")
    assert client.get(f"/m/{MEME}/").status_code == 404


def test_what_is_hidden_looks_like_what_never_was(client, reader):
    copy_("ls", make_space(), "a.ipynb", meme=OTHER)
    bodies = []
    for meme in (MEME, OTHER, NOWHERE):
        response = client.get(f"/m/{meme}/")
        assert response.status_code == 404
        bodies.append(re.sub("csrf[^>]*>", "", response.content.decode().replace(meme, "")))
    assert bodies[0] == bodies[1] == bodies[2]


def test_what_is_no_meme_is_404_and_says_what_one_is(client, reader):
    for garbage in ("x", "8f5c5fe2", f"{MEME}-1", f"{MEME}-x-00ff", "<script>", "あ" * 300):
        response = client.get(f"/m/{garbage}/")
        assert response.status_code == 404, garbage
        assert "This is no MEME" in response.content.decode()
    assert "<script>" not in client.get("/m/<script>/").content.decode().split("<main", 1)[1]


def test_a_meme_in_capitals_leads_to_the_one_address(client, space):
    copy_("ls", space, "a.ipynb")
    response = client.get(f"/m/{MEME.upper()}-1-00FF/?page=2")
    assert (response.status_code, response.url) == (301, f"/m/{MEME}-1-00ff/?page=2")


def test_a_deleted_runbook_is_no_occurrence(client, space, reader):
    moving.delete(copy_("ls", space, "a.ipynb"), reader)
    assert client.get(f"/m/{MEME}/").status_code == 404


def test_two_people_see_the_copies_of_their_own_spaces_and_count_no_others(client, space, reader):
    other = make_user("lee")
    hidden = make_space("hidden", readers=[other])
    copy_("ls", space, "seen.ipynb", "1-00ff")
    template = copy_("ls /secret", hidden, "template.ipynb")
    copy_("ls /secret", hidden, "second.ipynb", "1-1234")
    refresh.catch_up()
    mine = text_of(client, f"/m/{MEME}/")
    assert "1 copy · in 1 notebook · 1 runbook · 1 text" in mine
    assert "secret" not in mine
    assert "in 1 of 1" in mine
    client.force_login(other)
    theirs = text_of(client, f"/m/{MEME}/")
    assert "2 copies · in 2 notebooks" in theirs
    assert template.title in theirs
    assert "1-00ff" not in theirs


# ----- texts and occurrences


def test_identical_texts_stand_together_the_last_worked_on_first(client, space):
    copy_("ls /var", space, "20260101/a.ipynb")
    copy_("ls /tmp", space, "20260301/b.ipynb", "1-0001")
    copy_("ls /var", space, "20260201/c.ipynb", "1-0002")
    refresh.catch_up()
    page = text_of(client, f"/m/{MEME}/")
    assert "3 copies · in 3 notebooks" in page
    assert "2 texts" in page
    first, second = re.split("Text [12]", page)[1:3]
    assert "1 copy · in 1 folder" in first
    assert "20260301" in first
    assert "2 copies · in 2 folders" in second
    assert second.index("20260201") < second.index("20260101")


def test_what_differs_from_the_origin_is_marked_word_by_word(client, space):
    copy_("rotate web-01 --now", space, "a.ipynb")
    copy_("rotate web-17 --now", space, "b.ipynb", "1-0001")
    html = client.get(f"/m/{MEME}/").content.decode()
    assert html.count('<details class="differs">') == 1
    wording = re.search(r'<pre class="wording"[^>]*>(.*?)</pre>', html, re.DOTALL)[1]
    assert re.findall("<(del|ins)>([^<]*)</", wording) == [("del", "01"), ("ins", "17")]


def test_a_long_text_shows_only_the_lines_beside_a_difference(client, space):
    lines = [f"step {number}" for number in range(60)]
    copy_("\n".join(lines), space, "a.ipynb")
    copy_("\n".join([*lines[:30], "another", *lines[31:]]), space, "b.ipynb", "1-0001")
    html = client.get(f"/m/{MEME}/").content.decode()
    wording = re.search(r'<pre class="wording"[^>]*>(.*?)</pre>', html, re.DOTALL)[1]
    assert "step 29" in wording
    assert "step 10" not in wording
    left_out = [int(number) for number in re.findall(r"⋯ (\d+) equal lines ⋯", wording)]
    shown = len(re.sub("<[^>]*>", "", re.sub(r"<span.*?</span>\n", "", wording)).splitlines())
    assert sum(left_out) + shown == 61  # the changed line stands there twice


def test_the_origin_is_the_template_and_named_so(client, space):
    origin = copy_("ls", space, "share/a.ipynb")
    copy_("ls", space, "b.ipynb", "1-0001")
    html = client.get(f"/m/{MEME}/").content.decode()
    line = next(line for line in html.split("<li") if ">origin<" in line)
    assert origin.get_absolute_url() in line


def test_a_line_tells_who_ran_it_and_how_it_ended(client, space):
    runs = {"sato": [stream("ok")], "lee": [error("E", "no")], "kato": []}
    for owner, outputs in runs.items():
        path = f"{owner}.ipynb"
        make_runbook(("code", "ls", outputs), memes=[MEME], space=space, path=path, owner=owner)
    refresh.catch_up()
    html = client.get(f"/m/{MEME}/").content.decode()
    told = {re.search("(sato|lee|kato)", line)[1]: re.search("(ran|failed|not run)", line)[1]
            for line in html.split("<li>") if "o-state" in line}  # fmt: skip
    assert told == {"sato": "ran", "lee": "failed", "kato": "not run"}
    assert "1 ran · 1 failed · 1 not run" in text_of(client, f"/m/{MEME}/")


def test_when_a_cell_was_run_goes_before_when_its_notebook_was_worked_on(client, space):
    ran = {
        "cell_type": "code", "source": "ls", "execution_count": 1, "outputs": [],
        "metadata": {"lc_cell_meme": {"current": MEME, "execution_end_time": "2026-04-02T03:04:05Z"}},
    }  # fmt: skip
    late = {
        **ran,
        "source": "later",
        "metadata": {"lc_cell_meme": {"current": OTHER, "execution_end_time": "2026-04-02T09:00:00Z"}},
    }
    make_runbook(ran, late, space=space, path="a.ipynb")
    refresh.catch_up()
    assert "2026-04-02 03:04 UTC" in text_of(client, f"/m/{MEME}/")
    assert "2026-04-02 09:00 UTC" in text_of(client, f"/m/{OTHER}/")


def test_a_line_leads_to_the_cell_in_its_runbook(client, space):
    notebook = make_runbook("a", "b", memes=[None, MEME], space=space)
    assert f'href="{notebook.get_absolute_url()}#cell-1"' in client.get(f"/m/{MEME}/").content.decode()


def test_a_duplicated_meme_is_an_occurrence_each_time(client, space):
    make_runbook("a", "b", "c", memes=[MEME, OTHER, MEME], space=space)
    assert "2 copies · in 1 notebook · 1 runbook · 2 texts" in text_of(client, f"/m/{MEME}/")


def test_texts_come_in_pages(client, space):
    for number in range(TEXTS + 2):
        copy_(f"ls /{number}", space, f"{number}.ipynb", f"1-{number:04x}")
    first, second = text_of(client, f"/m/{MEME}/"), text_of(client, f"/m/{MEME}/", page=2)
    assert (first.count("Text "), second.count("Text ")) == (TEXTS, 2)
    assert f"1–{TEXTS} of {TEXTS + 2}" in first


def test_the_copies_of_one_text_come_in_pages_of_their_own(client, space):
    for number in range(MANY + 3):
        copy_("ls", space, f"{number:03}.ipynb", f"1-{number:04x}")
    copy_("other", space, "other.ipynb")
    digest = hashlib.md5(b"ls").hexdigest()
    html = client.get(f"/m/{MEME}/").content.decode()
    assert f'href="?text={digest}"' in html
    assert html.count('class="o-title"') == SOME + 1
    pages = [client.get(f"/m/{MEME}/", {"text": digest, "page": n}).content.decode() for n in (1, 2)]
    assert [page.count('class="o-title"') for page in pages] == [MANY, 3]
    assert f"?text={digest}&amp;page=2" in pages[0]
    assert len(set(re.findall(r"/n/(\d+)/[^\"]*#cell-0", "".join(pages)))) == MANY + 3


def test_a_text_that_was_edited_since_leads_to_the_family(client, space):
    copy_("ls", space, "a.ipynb")
    response = client.get(f"/m/{MEME}/", {"text": "0" * 32})
    assert (response.status_code, response.url) == (302, f"/m/{MEME}/")


def test_what_a_cell_says_is_text(client, space):
    evil = "<script>alert(1)</script>"
    make_runbook(("code", evil), memes=[MEME], space=space, path="a.ipynb")
    make_runbook(("markdown", f"# {evil} <b onclick='x()'>x</b>"), memes=[MEME], space=space, path="b.ipynb")
    html = client.get(f"/m/{MEME}/").content.decode()
    assert "<script>" not in html.split("<main", 1)[1]
    assert "onclick" not in re.sub("<(del|ins|pre)[^>]*>.*?</", "", html)
    assert evil.replace("<", "&lt;").replace(">", "&gt;") in html


def test_no_two_elements_share_an_id(client, space):
    for number in range(4):
        cell = ("markdown", f"# Same\n\n## Heading\n\n{number}")
        make_runbook(cell, memes=[f"{MEME}-1-{number:04x}"], space=space, path=f"{number}.ipynb", meme=MEME)
    html = client.get(f"/m/{MEME}-1-0000/").content.decode()
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert len(ids) == len(set(ids))


# ----- branches


def test_a_full_id_lands_on_the_family_with_its_branch_marked(client, space):
    copy_("ls", space, "a.ipynb")
    copy_("ls -l", space, "b.ipynb", "1-00ff")
    copy_("ls -a", space, "c.ipynb", "1-1234")
    html = client.get(f"/m/{MEME}-1-00ff/").content.decode()
    assert "1 copy bears exactly this id" in html
    assert html.count('class="text is-marked"') == 1
    twig = re.search(r'<li aria-current="true"><span>.*?</li>', html, re.DOTALL)[0]
    assert "1-00ff" in twig
    assert "3 branches" in html


def test_a_branch_that_nobody_bears_any_more_still_shows_its_family(client, space):
    copy_("ls", space, "a.ipynb")
    assert "No copy that you may see bears exactly this id" in text_of(client, f"/m/{MEME}-1-00ff/")


def test_branches_hang_below_what_they_were_branched_off(client, space):
    for number, branch in enumerate(("", "1-00ff", "2-00ff-1234", "1-5678")):
        copy_("ls", space, f"{number}.ipynb", branch)
    html = client.get(f"/m/{MEME}/").content.decode()
    twigs = re.search(r'<ul class="twigs">.*</ul>', html, re.DOTALL)[0]
    depths, depth = {}, 0
    for tag, label in re.findall(r'(<ul class="twigs">|</ul>)|class="mono"[^>]*>([^<]*)<', twigs):
        depth += {"": 0, "</ul>": -1}.get(tag, 1)
        if label:
            depths[label] = depth
    assert depths == {"unbranched": 1, "1-00ff": 2, "2-00ff-1234": 3, "1-5678": 2}


# ----- what stands beside it


def test_neighbours_are_counted_over_all_copies(client, space):
    for number in range(3):
        make_runbook("before", "ls", "after", memes=[OTHER, MEME, THIRD], space=space, path=f"{number}.ipynb")
    make_runbook("ls", "after", memes=[MEME, THIRD], space=space, path="short.ipynb")
    page = text_of(client, f"/m/{MEME}/")
    assert "Before it before in 3 of 4 nothing: it begins the runbook in 1 of 4" in page
    assert "After it after in 4 of 4" in page
    assert f'href="/m/{THIRD}/"' in client.get(f"/m/{MEME}/").content.decode()


def descends(child, parent, space, how="history", notebook=None):
    Descent.objects.create(child=child, parent=parent, how=how, space=space, notebook=notebook)


def test_where_it_comes_from_is_named_with_its_reason_and_followed_on(client, space):
    for meme, source in ((MEME, "mine"), (OTHER, "its parent"), (THIRD, "its grandparent")):
        make_runbook(source, memes=[meme], space=space, path=f"{source}.ipynb")
    descends(MEME, OTHER, space, "new_root")
    descends(OTHER, THIRD, space, "alike")
    page = text_of(client, f"/m/{MEME}/")
    assert "It comes from its parent new root nblineage began a new root · 1 copy" in page
    assert "its grandparent alike only the texts are alike · through “its parent”" in page
    assert "From it came its parent" in text_of(client, f"/m/{THIRD}/")


def test_a_circle_of_descents_ends(client, space):
    for number, meme in enumerate((MEME, OTHER)):
        make_runbook(f"cell {number}", memes=[meme], space=space, path=f"{number}.ipynb")
    descends(MEME, OTHER, space)
    descends(OTHER, MEME, space)
    page = text_of(client, f"/m/{MEME}/")
    assert (
        page.count("the younger one’s history names the other") == 2
    )  # it comes from it, and the other way round


def test_an_ancestor_without_a_visible_copy_is_a_bare_id(client, space):
    make_runbook("hidden", memes=[OTHER], space=make_space(), path="b.ipynb")
    copy_("ls", space, "a.ipynb")
    descends(MEME, OTHER, space)
    html = client.get(f"/m/{MEME}/").content.decode()
    assert f"<code>{OTHER}</code>" in html
    assert f"/m/{OTHER}/" not in html
    assert "hidden" not in text_of(client, f"/m/{MEME}/")


def test_what_only_a_hidden_file_tells_is_not_told(client, space):
    hidden = make_space()
    copy_("ls", space, "a.ipynb")
    make_runbook("x", memes=[OTHER], space=space, path="b.ipynb")
    descends(MEME, OTHER, hidden)
    assert OTHER not in client.get(f"/m/{MEME}/").content.decode()


def test_an_id_that_was_replaced_says_what_became_of_it(client, space):
    make_runbook("ls", space=space, path="a.ipynb")
    assigned = Notebook.objects.get().cells.get().meme
    ingest(space, "a.ipynb", make_notebook("ls", memes=[MEME]))
    response = client.get(f"/m/{assigned}/")
    assert response.status_code == 404
    assert f'href="/m/{MEME}/"' in response.content.decode()
    page = text_of(client, f"/m/{MEME}/")
    assert f"{assigned} adopted" in page


def test_the_runbooks_are_named_with_their_runs(client, space):
    cells = [f"step {number} of the procedure" for number in range(6)]
    memes = [MEME, *(str(UUID(int=number)) for number in range(1, 6))]
    make_runbook(*cells, memes=memes, meme=OTHER, space=space, path="share/a.ipynb")
    for day in range(1, 4):
        branched = [f"{meme}-1-000{day}" for meme in memes]
        path = f"kato/2026010{day}-a/a.ipynb"
        make_runbook(*cells, memes=branched, meme=OTHER, space=space, path=path)
    refresh.catch_up()
    page = text_of(client, f"/m/{MEME}/")
    assert "4 copies · in 4 notebooks · 1 runbook · 1 text" in page
    assert "4 copies · 3 runs" in page


# ----- the family of a notebook


def test_a_notebooks_meme_shows_its_copies(client, space):
    for number in range(3):
        make_runbook("ls", meme=MEME, space=space, path=f"2026010{number + 1}/a.ipynb", owner="sato")
    make_runbook("ls", meme=MEME, space=make_space("hidden"), path="x.ipynb")
    refresh.catch_up()
    page = text_of(client, f"/m/{MEME}/")
    assert "Family of a notebook" in page
    assert "3 notebooks bear it" in page
    assert page.index("20260103") < page.index("20260101")
    assert "Texts" not in page


def test_one_uuid_may_be_a_cells_and_a_notebooks(client, space):
    make_runbook("ls", memes=[MEME], meme=MEME, space=space)
    page = text_of(client, f"/m/{MEME}/")
    assert "1 copy · in 1 notebook · 1 runbook · 1 text · 1 notebook bears it" in page


def test_copies_of_a_notebook_come_in_pages(client, space):
    for number in range(MANY + 1):
        make_runbook("ls", meme=MEME, space=space, path=f"{number}.ipynb")
    html = client.get(f"/m/{MEME}/", {"copies": 2}).content.decode()
    assert html.count('class="o-title"') == 1
    assert 'rel="prev" href="?copies=1"' in html


# ----- the ways here


def test_a_cell_of_a_runbook_leads_to_its_family_and_says_how_large_it_is(client, space):
    notebook = make_runbook("ls", "alone", memes=[f"{MEME}-1-00ff", OTHER], space=space, path="a.ipynb")
    copy_("ls", space, "b.ipynb")
    copy_("ls", make_space("hidden"), "c.ipynb")
    refresh.catch_up()
    rows = client.get(notebook.get_absolute_url()).content.decode().split('id="cell-')[1:]
    assert f'href="/m/{MEME}-1-00ff/"' in rows[0]
    assert "in 2 copies" in " ".join(re.sub("<[^>]*>", "", rows[0]).split())
    assert f'href="/m/{OTHER}/"' in rows[1]
    assert "copies" not in rows[1]


def test_a_run_of_a_hidden_template_counts_for_itself(client, space):
    hidden = make_space("hidden")
    cells = [f"step {number} of the procedure" for number in range(6)]
    memes = [MEME, *(str(UUID(int=number)) for number in range(1, 6))]
    make_runbook(*cells, memes=memes, meme=OTHER, space=hidden, path="share/a.ipynb")
    runs = [
        make_runbook(*cells, memes=[f"{meme}-1-000{day}" for meme in memes], meme=OTHER, space=space,
                     path=f"kato/2026010{day}-a/a.ipynb")
        for day in (1, 2)
    ]  # fmt: skip
    refresh.catch_up()
    assert "in 2 copies, 2 runbooks" in text_of(client, runs[0].get_absolute_url())
    assert "2 copies · in 2 notebooks · 2 runbooks" in text_of(client, f"/m/{MEME}/")


def test_who_comes_from_a_runbook_without_the_cell_is_told_so(client, space):
    left = make_runbook(("markdown", "# Left behind"), space=space, path="left.ipynb")
    copy_("ls", space, "a.ipynb")
    assert "Left behind no longer has the cell" in text_of(client, f"/m/{MEME}/", left=left.pk)
    assert "no longer" in client.get(f"/m/{NOWHERE}/", {"left": left.pk}).content.decode()


def test_nothing_is_told_of_a_runbook_that_may_not_be_seen(client, space):
    copy_("ls", space, "a.ipynb")
    hidden = make_runbook(("markdown", "# Secret"), space=make_space(), path="b.ipynb")
    for left in (hidden.pk, "x", "-1", "9" * 30, ""):
        page = text_of(client, f"/m/{MEME}/", left=left)
        assert "no longer has" not in page
        assert "Secret" not in page


# ----- how large it may be


def test_the_queries_do_not_grow_with_the_family(client, space, django_assert_max_num_queries):
    asked = []
    for numbers in (range(2), range(2, 40)):
        for number in numbers:
            memes = [OTHER, f"{MEME}-1-{number:04x}" if number else MEME, THIRD]
            path = f"{number}/a.ipynb"
            make_runbook("a", f"ls /{number % 7}", "b", memes=memes, space=space, path=path, meme=MEME)
        refresh.catch_up()
        with django_assert_max_num_queries(40) as context:
            assert client.get(f"/m/{MEME}-1-0001/").status_code == 200
        asked.append(len(context))
    assert asked[0] == asked[1]


def test_the_page_of_a_large_family_is_no_longer_than_that_of_a_small_one(client, space):
    for number in range(120):
        copy_(f"ls /{number % 20}", space, f"{number}.ipynb", f"1-{number:04x}")
    assert len(client.get(f"/m/{MEME}/").content) < 60_000


def test_a_head_request_is_answered_and_a_post_refused(client, space):
    copy_("ls", space, "a.ipynb")
    assert client.head(f"/m/{MEME}/").status_code == 200
    assert client.post(f"/m/{MEME}/").status_code == 405
