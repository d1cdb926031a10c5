#!/usr/bin/env python3
"""What the team's picture and the runbooks related to one cost.

usage: benchmarks/activity.py [--notebooks 1000] [--seed 1] [--rounds 30]

Server time of a request by somebody who may read everything, in milliseconds. No template of the generated library
shares cells with another, so as many as 500 are made to: each takes cells of three others, for as long as this runs.
Reach: the activity page <= 100 ms at 10,000 notebooks, a graph of 500 runbooks laid out in 50 ms.
"""

import logging
import random
import time

from runs import ASKED, derive  # starts Django on the library

from django.conf import settings  # isort: skip
import rows
from asking import milliseconds, queries, reader
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from lineage.graph.folding import fold
from lineage.graph.journeys import journeys
from lineage.graph.layout import lay_out
from lineage.models import Holding
from lineage.sight import Sight

REACH = 100  # ms
ENTANGLED = 500
HTMX = {"HTTP_HX_REQUEST": "true"}


def main() -> None:
    rows.make(ASKED.notebooks, ASKED.seed)
    call_command("collectstatic", interactive=False, verbosity=0)
    settings.ALLOWED_HOSTS = ["*"]
    logging.disable(logging.WARNING)  # each notebook's bytes are missing
    derive()
    client = reader()
    with transaction.atomic():
        report(
            "as generated", client, {"activity": "/activity/", "of all years": "/activity/?since=2000-01-01"}
        )
        busiest = entangle()
        report(f"with {ENTANGLED} entangled", client, pages(busiest))
        laid_out()
        transaction.set_rollback(True)


def entangle() -> int:
    """Gives runbooks cells of others; the one that most others share with."""
    chance = random.Random(ASKED.seed)
    held = list(Holding.objects.filter(space__slug="share").order_by("pk"))
    heads = sorted({row.head_id for row in held})[:ENTANGLED]
    known = {(row.uuid, row.space_id, row.head_id) for row in held}
    made = []
    for head in heads:
        for row in chance.sample(held, 3):
            place = (row.uuid, row.space_id, head)
            if place not in known:
                known.add(place)
                made.append(
                    Holding(
                        uuid=row.uuid, space_id=row.space_id, head_id=head, cells=1, notebooks=1,
                        least_branched=1, first_at=row.last_at, last_at=row.last_at,
                    )
                )  # fmt: skip
    Holding.objects.bulk_create(made)
    return Holding.objects.values("head").annotate(rows=Count("pk")).order_by("-rows", "head")[0]["head"]


def pages(busiest: int) -> dict[str, str]:
    related = reverse("related", args=[busiest])
    return {
        "activity": "/activity/",
        "of all years": "/activity/?since=2000-01-01",
        "of one person": "/activity/?who=kato",
        "its last lanes and works": "/activity/?lanes=999&page=999",
        "what is related": related,
        "the same for its runbook's page": f"{related}#section",
        "runs, with their graph": reverse("runs", args=[busiest]),
        "api, activity": reverse("api-activity"),
        "api, journeys": reverse("api-activity-journeys"),
        "api, related": reverse("api-notebooks-related", args=[busiest]),
    }


def report(title: str, client: Client, asked: dict[str, str]) -> None:
    print(f"{ASKED.notebooks:,} notebooks, {title}")
    print(f"{'':34}{'p50':>8}{'p95':>8}{'cpu':>8}{'queries':>9}")
    for name, url in asked.items():
        client.defaults.update(HTMX if url.endswith("#section") else {})
        p50, p95, cpu = milliseconds(client, url.partition("#")[0], ASKED.rounds)
        told = f"{name:34}{p50:8.1f}{p95:8.1f}{cpu:8.1f}{queries(client, url.partition('#')[0]):9}"
        print(told if p50 <= REACH else f"{told}  over the reach")
        client.defaults.pop("HTTP_HX_REQUEST", None)


def laid_out() -> None:
    """The graph alone, folded as the page has it and unfolded as nobody could read it."""
    arcs = journeys(Sight(get_user_model().objects.get(username="reader")))
    runbooks = sorted({end for arc in arcs for end in (arc.start, arc.end)})
    started = time.perf_counter()
    graph = fold(arcs, dict.fromkeys(runbooks, "share"))
    lay_out(graph.keys, graph.arcs)
    folded = 1000 * (time.perf_counter() - started)
    started = time.perf_counter()
    lay_out(runbooks, arcs)
    whole = 1000 * (time.perf_counter() - started)
    print(
        f"{len(runbooks)} runbooks, {len(arcs)} lines: folded and laid out in {folded:.1f} ms, unfolded {whole:.1f} ms"
    )


if __name__ == "__main__":
    main()
