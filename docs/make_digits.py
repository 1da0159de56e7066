"""Draw the pictures of the built-in network digits-mlp: 200 handwritten-looking digits of 8 × 8 pixels, as CSV.

Each digit is a few strokes, drawn with a round pen at a seeded place, size, slant and thickness. A pixel's grey is the
share of it that the pen covers, in sixteenths. The same bytes every time:

    python docs/make_digits.py > demos/nablastep_demos/networks/digits.csv
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Sequence
from itertools import pairwise

SEED = 8
PICTURES = 200
SIDE = 8  # pixels
SAMPLES = 8  # per pixel and axis, for the share that the pen covers
GREYS = 16

Point = tuple[float, float]
Stroke = list[Point]


def arc(centre: Point, radii: Point, start: float, end: float) -> Stroke:
    """Points of an ellipse from one angle to another, in degrees, clockwise from the right as y points down."""
    steps = 24
    angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(centre[0] + radii[0] * math.cos(angle), centre[1] + radii[1] * math.sin(angle)) for angle in angles]


# In a box from (0, 0), top left, to (1, 1).
STROKES: tuple[list[Stroke], ...] = (
    [arc((0.5, 0.5), (0.42, 0.5), 0, 360)],
    [[(0.25, 0.22), (0.55, 0.0), (0.55, 1.0)]],
    [[*arc((0.48, 0.28), (0.38, 0.28), -170, 35), (0.08, 1.0), (0.92, 1.0)]],
    [[*arc((0.42, 0.25), (0.4, 0.25), -150, 80), *arc((0.42, 0.74), (0.44, 0.26), -80, 150)]],
    [[(0.72, 1.0), (0.72, 0.0), (0.05, 0.68), (1.0, 0.68)]],
    [[(0.88, 0.0), (0.18, 0.0), (0.14, 0.45), *arc((0.44, 0.68), (0.42, 0.32), -125, 150)]],
    [[(0.78, 0.0), (0.38, 0.25), (0.12, 0.68)], arc((0.5, 0.7), (0.38, 0.3), 0, 360)],
    [[(0.05, 0.0), (0.95, 0.0), (0.4, 1.0)]],
    [arc((0.5, 0.24), (0.33, 0.24), 0, 360), arc((0.5, 0.74), (0.42, 0.26), 0, 360)],
    [arc((0.48, 0.3), (0.38, 0.3), 0, 360), [(0.86, 0.3), (0.8, 0.7), (0.5, 1.0)]],
)


def placed(strokes: Sequence[Stroke], generator: random.Random) -> list[Stroke]:
    """The strokes in pixels, at a random place near the middle, in a random size and slant."""
    width = generator.uniform(4.0, 5.0)
    height = generator.uniform(5.6, 6.6)
    slant = generator.uniform(-0.05, 0.2)
    middle = (SIDE / 2 + generator.uniform(-0.4, 0.4), SIDE / 2 + generator.uniform(-0.3, 0.3))

    def place(point: Point) -> Point:
        across, down = point[0] - 0.5, point[1] - 0.5
        return middle[0] + width * across - slant * height * down, middle[1] + height * down

    return [[place(point) for point in stroke] for stroke in strokes]


def distance(point: Point, start: Point, end: Point) -> float:
    """Distance of a point from the line between two others."""
    along = (end[0] - start[0], end[1] - start[1])
    length = along[0] ** 2 + along[1] ** 2
    share = ((point[0] - start[0]) * along[0] + (point[1] - start[1]) * along[1]) / length if length else 0.0
    share = min(1.0, max(0.0, share))
    return math.hypot(point[0] - start[0] - share * along[0], point[1] - start[1] - share * along[1])


def grey(row: int, column: int, strokes: Sequence[Stroke], thickness: float) -> int:
    """Share of a pixel that a round pen along the strokes covers, from 0 to 16 sixteenths."""
    segments = [pair for stroke in strokes for pair in pairwise(stroke)]
    centre = (column + 0.5, row + 0.5)
    near = [pair for pair in segments if distance(centre, *pair) <= thickness / 2 + 0.75]
    places = [(index + 0.5) / SAMPLES for index in range(SAMPLES)]
    points = [(column + across, row + down) for down in places for across in places]
    covered = sum(any(distance(point, *pair) <= thickness / 2 for pair in near) for point in points)
    return round(GREYS * covered / len(points))


def picture(digit: int, generator: random.Random) -> list[int]:
    """Greys of one drawing of a digit, row by row."""
    thickness = generator.uniform(0.9, 1.4)
    strokes = placed(STROKES[digit], generator)
    return [grey(row, column, strokes, thickness) for row in range(SIDE) for column in range(SIDE)]


def main() -> None:
    """Print the pictures, the digits taking turns."""
    generator = random.Random(SEED)
    names = [f"pixel_{row}_{column}" for row in range(SIDE) for column in range(SIDE)]
    lines = [",".join(["digit", *names])]
    for index in range(PICTURES):
        greys = picture(index % 10, generator)
        lines.append(",".join([str(index % 10), *(f"{value / GREYS:g}" for value in greys)]))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
