"""The figures of growth.py as a drawing: three panels over the size of the library. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

Points = Mapping[int, Mapping[str, float]]  # by the number of notebooks

WIDTH, HEIGHT = 300, 220  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 44, 40
PANELS = (
    ("A notebook comes in", ("ingest",)),
    ("A notebook is indexed", ("index",)),
    ("A search through the API", ("p50", "p95")),
)

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 13px } .quiet { fill: #59636e } .value { font-size: 11px }
line { stroke: #d1d9e0 } polyline { fill: none; stroke: #0550ae; stroke-width: 2 } circle { fill: #0550ae }
.p95 polyline { stroke: #9a3412; stroke-dasharray: 5 4 } .p95 circle { fill: #9a3412 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .quiet { fill: #9198a1 } line { stroke: #3d444d }
  polyline { stroke: #79c0ff } circle { fill: #79c0ff }
  .p95 polyline { stroke: #ffa657 } .p95 circle { fill: #ffa657 }
}
""".strip()


def drawing(points: Points) -> str:
    width, height = WIDTH * len(PANELS), HEIGHT
    panels = [panel(place * WIDTH, title, names, points) for place, (title, names) in enumerate(PANELS)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">',
            "<title>Milliseconds of the processor over the number of notebooks in the library</title>",
            f"<style>{STYLE}</style>",
            *panels,
            "</svg>\n",
        ]
    )


def panel(x: int, title: str, names: Sequence[str], points: Points) -> str:
    top = nice(max(point[name] for point in points.values() for name in names))
    return "\n".join(
        [
            f'<g transform="translate({x})">',
            f'<text class="title" x="{LEFT}" y="18">{title}</text>',
            *heights(top),
            *sizes(points),
            *(curve(name, {size: point[name] for size, point in points.items()}, top) for name in names),
            "</g>",
        ]
    )


def heights(top: float) -> Iterator[str]:
    for value in (0, top / 2, top):
        y = down(value, top)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.0f}" y2="{y:.0f}"/>'
        unit = " ms" if value == top else ""
        yield f'<text class="quiet" x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{value:g}{unit}</text>'


def sizes(points: Points) -> Iterator[str]:
    for size in points:
        x = across(size, points)
        yield f'<text class="quiet" x="{x:.0f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{size:,}</text>'


def curve(name: str, values: Mapping[int, float], top: float) -> str:
    places = {size: (across(size, values), down(value, top)) for size, value in values.items()}
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places.values())
    marks = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places.values())
    beside = 16 if name == "p50" else -8  # below, where another curve runs above
    texts = "".join(
        f'<text class="value" x="{x:.0f}" y="{y + beside:.0f}" text-anchor="middle">{label(name, values[size])}</text>'
        for size, (x, y) in places.items()
    )
    return f'<g class="{name}"><polyline points="{line}"/>{marks}{texts}</g>'


def label(name: str, value: float) -> str:
    rounded = f"{value:.2g}" if value < 10 else f"{value:.0f}"
    return f"{name} {rounded}" if name.startswith("p") else rounded


def across(size: int, points: Mapping[int, object]) -> float:
    """By orders of magnitude, with room for a number at both ends."""
    low, high = math.log(min(points)), math.log(max(points))
    share = (math.log(size) - low) / (high - low) if high > low else 0.5
    return LEFT + 28 + share * (WIDTH - LEFT - RIGHT - 56)


def down(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def nice(most: float) -> float:
    """The next of 1, 2, 4, 6, 8, 10, 20 … that leaves room for a label above."""
    unit = 10 ** math.floor(math.log10(most))
    return next(step * unit for step in (1, 2, 4, 6, 8, 10, 20) if step * unit >= most * 1.1)
