"""How fast are cells rendered, and known cells recognised?

    python benchmarks/rendering.py [FOLDER] [--notebooks N]

The floor is what the work cannot do without, in the same run on the same cells: orjson, a bare Markdown
renderer, Pygments and nh3 for cold rendering; a look-up by blake2b over the cells' JSON for known ones.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from hashlib import blake2b
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import nh3  # noqa: E402
import orjson  # noqa: E402
from markdown_it import MarkdownIt  # noqa: E402
from pygments import highlight  # noqa: E402
from pygments.formatters import HtmlFormatter  # noqa: E402
from pygments.lexers import get_lexer_by_name  # noqa: E402

from notebooks.parsing import ParsedNotebook, parse  # noqa: E402
from notebooks.rendering import fragment_digest, render  # noqa: E402
from notebooks.rendering.math import mathml  # noqa: E402

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
LEXER = get_lexer_by_name("python")
FORMATTER = HtmlFormatter(nowrap=True)
ROUNDS = 5


def floor_cold(raw: bytes) -> None:
    for cell in orjson.loads(raw)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            nh3.clean(MARKDOWN.render(source))
        elif cell["cell_type"] == "code":
            highlight(source, LEXER, FORMATTER)
            for output in cell["outputs"]:
                floor_output(output)


def floor_output(output: dict) -> None:
    data = output.get("data", {})
    if "text/html" in data:
        nh3.clean("".join(data["text/html"]))
    else:
        escape("".join(output.get("text") or data.get("text/plain") or output.get("traceback") or ""))


def ours_cold(raw: bytes) -> None:
    mathml.cache_clear()
    notebook = parse(raw)
    for cell in notebook.cells:
        render(cell, notebook.language)


def floor_known(cells: list, known: set[str]) -> None:
    for cell in cells:
        assert blake2b(orjson.dumps(cell), digest_size=20).hexdigest() in known


def ours_known(notebook: ParsedNotebook, known: set[str]) -> None:
    for cell in notebook.cells:
        assert fragment_digest(cell, notebook.language) in known


def milliseconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def best_of(pairs: list[tuple[Callable[[], None], Callable[[], None]]]) -> tuple[list[float], list[float]]:
    """For each notebook the best of some rounds, floor and ours in turn."""
    floor = [min(milliseconds(floor) for _ in range(ROUNDS)) for floor, _ in pairs]
    ours = [min(milliseconds(ours) for _ in range(ROUNDS)) for _, ours in pairs]
    return floor, ours


def cold_pairs(raws: list[bytes]) -> list:
    return [(lambda raw=raw: floor_cold(raw), lambda raw=raw: ours_cold(raw)) for raw in raws]


def known_pairs(raws: list[bytes]) -> list:
    pairs = []
    for raw in raws:
        cells, notebook = orjson.loads(raw)["cells"], parse(raw)
        theirs = {blake2b(orjson.dumps(cell), digest_size=20).hexdigest() for cell in cells}
        known = {fragment_digest(cell, notebook.language) for cell in notebook.cells}
        pairs.append(
            (
                lambda cells=cells, theirs=theirs: floor_known(cells, theirs),
                lambda notebook=notebook, known=known: ours_known(notebook, known),
            )
        )
    return pairs


def report(name: str, floor: list[float], ours: list[float], reach: float) -> str:
    ratio = sum(ours) / sum(floor)
    p50, p95 = statistics.median(ours), statistics.quantiles(ours, n=20)[-1]
    return (
        f"| {name} | {statistics.mean(floor):.2f} | {statistics.mean(ours):.2f} | {p50:.2f} | {p95:.2f} "
        f"| {ratio:.2f} x | <= {reach:g} x |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT.parent / "shared" / "corpus")
    parser.add_argument("--notebooks", type=int, default=120)
    arguments = parser.parse_args()
    paths = sorted(arguments.folder.rglob("*.ipynb"))
    random.Random(1).shuffle(paths)
    raws = [path.read_bytes() for path in paths[: arguments.notebooks]]
    print(f"{len(raws)} notebooks, {statistics.mean(map(len, raws)) / 1000:.0f} kB on average; ms a notebook")
    print("| what | floor mean | mean | p50 | p95 | ratio | reach |\n|---|---|---|---|---|---|---|")
    print(report("rendering, cold", *best_of(cold_pairs(raws)), reach=2))
    print(report("rendering, known cells", *best_of(known_pairs(raws)), reach=2))


if __name__ == "__main__":
    main()
