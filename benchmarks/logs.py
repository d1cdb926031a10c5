#!/usr/bin/env python3
"""How fast execution logs come in: lc_wrapper's logs and histories through execlogs.ingest, beside the floor.

usage: benchmarks/logs.py [--notebooks 1000] [--seed 1] [--logs 20000]

Floor, in the same run: the same logs parsed and their rows (execution, transcript) inserted in bulk, with no look at
what is there, no merging and no linking. Reach: <= 2 x the floor, >= 2,000 logs a second.
"""

import argparse
import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import library

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--logs", type=int, default=20_000)
ASKED = library.start(PARSER)

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from execlogs import drafts  # noqa: E402
from execlogs.gathering import gather  # noqa: E402
from execlogs.ingest import A_PORTION, Told, ingest  # noqa: E402
from execlogs.models import Execution, Transcript, Witness  # noqa: E402
from execlogs.parsing import parse_log  # noqa: E402
from execlogs.rows import _OWN, _TEXTS  # noqa: E402
from notebooks.models import Space  # noqa: E402
from notebooks.portions import portions  # noqa: E402

REACH, A_SECOND = 2.0, 2_000
ROUNDS = 3
SPACES = ["all", *(f"{name}{number}" for name in ("floor", "logs") for number in range(ROUNDS))]
SCALE = library.ROOT.parent / "shared" / "tools" / "scale.py"
AROUND = drafts.Circumstances(Witness.LOG, ZoneInfo("Asia/Tokyo"))


def main() -> None:
    call_command("migrate", verbosity=0)
    Space.objects.filter(slug__in=SPACES).delete()
    told = logs(written())
    of_logs = [each for each in told if each.witness == Witness.LOG]
    print(f"{len(of_logs):,} logs, {len(told) - len(of_logs):,} histories")
    # In turn, each into a space of its own that holds nothing: other work on the machine slows both.
    floors, rates = [], []
    for number in range(ROUNDS):
        floors.append(taken(floor, f"floor{number}", of_logs))
        rates.append(taken(ingest, f"logs{number}", of_logs))
    floored, ours = min(floors), min(rates)
    print(f"{'floor: parse, bulk insert':36}{len(of_logs) / floored:10,.0f} a second")
    ratio = ours / floored
    rate = len(of_logs) / ours
    verdict = "" if ratio <= REACH and rate >= A_SECOND else "  misses the reach"
    print(f"{'ingest':36}{rate:10,.0f} a second, {ratio:.2f} x{verdict}")
    again = taken(ingest, "logs0", of_logs)
    print(f"{'the same again, unchanged':36}{len(of_logs) / again:10,.0f} a second")
    everything = taken(ingest, "all", told)
    print(f"{'logs and histories together':36}{len(told) / everything:10,.0f} files a second")


def written() -> Path:
    root = library.folder(ASKED.notebooks, ASKED.seed) / "logged"
    if not root.exists():
        size = ["--notebooks", str(ASKED.notebooks), "--seed", str(ASKED.seed), "--logs"]
        subprocess.run([sys.executable, SCALE, root, *size], check=True)
    return root


def logs(root: Path) -> list[Told]:
    found = itertools.islice(gather([root]), ASKED.logs)
    return [
        Told(
            witness=Witness.JSON if each.is_history else Witness.LOG,
            raw=each.file.read_bytes(),
            name=str(each.file),
            place_folder=each.folder,
            time_zone="Asia/Tokyo",
        )
        for each in found
    ]


def taken(work: Callable[[Space, Sequence[Told]], object], slug: str, told: Sequence[Told]) -> float:
    space, _ = Space.objects.get_or_create(slug=slug, defaults={"name": slug})
    began = time.perf_counter()
    work(space, told)
    return time.perf_counter() - began


def floor(space: Space, told: Sequence[Told]) -> None:
    for portion in portions(told, A_PORTION):
        read = [drafts.of_log(parse_log(each.raw), AROUND) for each in portion]
        with transaction.atomic():
            rows = Execution.objects.bulk_create(
                [Execution(space=space, **{name: getattr(draft, name) for name in _OWN}) for draft in read]
            )
            Transcript.objects.bulk_create(
                [
                    Transcript(execution_id=row.pk, **{name: getattr(draft, name) for name in _TEXTS})
                    for row, draft in zip(rows, read, strict=True)
                ]
            )


if __name__ == "__main__":
    main()
