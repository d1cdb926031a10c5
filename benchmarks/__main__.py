"""Every measurement, one after another: `make bench`, or `python -m benchmarks --notebooks 10000`."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIZED = (
    "index.py",
    "search.py",
    "completion.py",
    "readers.py",
    "distinct.py",
    "relevance.py",
    "family.py",
    "runs.py",
    "activity.py",
    "notes.py",
    "logs.py",
    "sync.py",
    "executions.py",
    "histories.py",
    "stages.py",
    "ingest.py",
    "contents.py",
)


def main() -> None:
    size = sys.argv[1:] or ["--notebooks", "1000"]
    for name in ("rendering.py", "page.py", "compare.py", "door.py", *SIZED):
        print(f"\n== {name}", flush=True)
        subprocess.run([sys.executable, str(HERE / name), *(size if name in SIZED else [])], check=False)


if __name__ == "__main__":
    main()
