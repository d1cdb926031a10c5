"""Being told, in a browser: watch, read, stop, without leaving the page and without JavaScript."""

import pytest

from inbox.models import Notice, Watch, What
from inbox.telling import Event, tell
from tests.browser.axe import serious
from tests.browser.conftest import PHONE
from tests.builders import make_runbook, make_space, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world():
    ann, bob = make_user("ann"), make_user("bob", email="bob@ops.example")
    space = make_space("ops", name="Operations", readers=[bob], writers=[ann])
    notebook = make_runbook(("markdown", "# Disk full"), "df -h", space=space, path="web/full.ipynb")
    return ann, bob, notebook


def tell_of(notebook, actor, number=1, **fields):
    tell(
        Event(
            key=f"note:{number}",
            what=What.NOTE,
            space=notebook.space,
            actor=actor,
            title=notebook.title,
            excerpt=f"rotate {number} first",
            url=notebook.get_absolute_url(),
            notebook=notebook,
            **fields,
        )
    )


def count(page):
    number = page.locator("#inbox-link .count")
    return int(number.inner_text().split()[0]) if number.count() else 0


def test_who_watches_is_told_reads_and_stops(page, log_in, world, expect):
    ann, bob, notebook = world
    log_in(page, bob)
    page.goto(notebook.get_absolute_url())
    page.get_by_role("button", name="Watch").click()
    expect(page.get_by_role("button", name="Watching")).to_be_visible()
    for number in (1, 2):
        tell_of(notebook, ann, number)
    page.goto("/inbox/")
    assert count(page) == 2
    page.locator(".told-tools button[name=notice]").first.click()
    expect(page.locator("#inbox-link .count")).to_contain_text("1")
    assert page.url.endswith("/inbox/")  # the page stayed
    page.get_by_role("button", name="Stop watching").first.click()
    expect(page.get_by_role("button", name="Stop watching")).to_have_count(0)
    assert not Watch.objects.exists()
    page.get_by_role("link", name="ann noted: Disk full").first.click()
    page.wait_for_url(f"**/n/{notebook.pk}/**")
    assert not Notice.objects.unread().exists()
    assert count(page) == 0


def test_it_works_without_javascript(open_page, log_in, world, expect):
    ann, bob, notebook = world
    page = open_page(java_script_enabled=False, viewport=PHONE)
    log_in(page, bob)
    page.goto(notebook.get_absolute_url())
    page.get_by_role("button", name="Watch").click()
    expect(page.get_by_role("button", name="Watching")).to_be_visible()
    tell_of(notebook, ann)
    page.goto("/inbox/")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("button", name="Mark all as read")).to_have_count(0)
    assert not Notice.objects.unread().exists()
    page.goto("/inbox/watches/")
    page.get_by_role("button", name="Mute").click()
    expect(page.get_by_text("muted", exact=True)).to_be_visible()
    page.get_by_role("button", name="Stop watching").click()
    expect(page.get_by_role("heading", name="You watch nothing")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_axe_finds_no_serious_fault_and_a_phone_is_wide_enough(open_page, log_in, world, language):
    ann, bob, notebook = world
    page = open_page(viewport=PHONE, locale=language)
    log_in(page, bob)
    for path in ("/inbox/", "/inbox/watches/"):
        page.goto(path)  # empty
        assert serious(page) == []
    Watch.objects.create(user=bob, kind="runbook", notebook=notebook)
    tell_of(notebook, ann)
    tell_of(notebook, ann, 2, to=frozenset({bob.pk}))
    notebook.space.writers.add(bob)
    for path in ("/inbox/", "/inbox/watches/", "/inbox/settings/", "/spaces/ops/webhooks/"):
        assert page.goto(path).status == 200
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
