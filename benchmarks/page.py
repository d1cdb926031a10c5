#!/usr/bin/env python3
"""What a runbook page of 40 cells costs above an empty page of the same template.

usage: benchmarks/page.py [--rounds 100]

floor: a page that extends base.html and has nothing in it, behind the same middleware, for the same person.
Reach: + <= 25 ms, and as many queries for 40 cells as for 3.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
WORK = tempfile.TemporaryDirectory(prefix="opsnotes-bench-page-")
os.environ["OPSNOTES_DATA"] = WORK.name
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402
from django.urls import path  # noqa: E402

from opsnotes import urls  # noqa: E402
from tests.builders import make_runbook, make_space, make_user, stream  # noqa: E402


def empty(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


def cells(count: int) -> list:
    """Prose and code in turn."""
    return [cell for number in range(count // 2) for cell in (prose(number), code(number))]


def prose(number: int) -> tuple:
    return "markdown", f"## Step {number}\n\nLook at `web-{number:02}`, see [the wiki](https://example.org/)."


def code(number: int) -> tuple:
    source = f"out = !opsctl check web-{number:02}.example.org\nprint(out)"
    return "code", source, [stream(f"web-{number:02} ok\n" * 20)]


def milliseconds(get: Callable[[], HttpResponse], rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        answer = get()
        times.append(1000 * (time.perf_counter() - started))
        assert answer.status_code == 200
    return times


def queries(get: Callable[[], HttpResponse]) -> int:
    with CaptureQueriesContext(connection) as caught:
        get()
    return len(caught)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    setup_test_environment()
    call_command("migrate", verbosity=0)
    person = make_user()
    space = make_space(readers=[person])
    short = make_runbook(*cells(4), space=space, path="short.ipynb").get_absolute_url()
    long = make_runbook(*cells(40), space=space, path="long.ipynb").get_absolute_url()
    urls.urlpatterns.insert(0, path("empty", empty))
    client = Client()
    client.force_login(person)
    milliseconds(lambda: client.get(long), 5)
    floor = milliseconds(lambda: client.get("/empty"), rounds)
    page = milliseconds(lambda: client.get(long), rounds)
    above = statistics.median(page) - statistics.median(floor)
    print(
        f"runbook page, 40 cells: {statistics.median(page):.1f} ms, empty page {statistics.median(floor):.1f} ms: "
        f"+ {above:.1f} ms (reach 25); queries {queries(lambda: client.get(long))} for 40 cells, "
        f"{queries(lambda: client.get(short))} for 4"
    )


if __name__ == "__main__":
    main()
