"""Marks as people make them, as a picture of ink around the middle of a box.

A stroke is a Catmull-Rom curve through a few shaky points, drawn as discs whose size follows the pressure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

FINE = 16.0  # dots per mm of the picture that strokes are drawn on
REACH = 11.0  # mm from the middle that a stroke may run
Ink = npt.NDArray[np.float32]
Random = np.random.Generator
Stroke = list[tuple[float, float]]
Kind = Callable[[Random, float], list[Stroke]]  # a way to mark a box of that many mm


def _shaken(random: Random, points: Sequence[tuple[float, float]], shake: float) -> Stroke:
    return [(x + random.normal(0, shake), y + random.normal(0, shake)) for x, y in points]


def cross(random: Random, box: float) -> list[Stroke]:
    """Two strokes that cross; the arms are seldom equal."""
    arm = box * random.uniform(0.3, 0.75, 4)
    lean = random.normal(0, 0.15, 2)
    first = [(-arm[0], -arm[0] * (1 + lean[0])), (0, 0), (arm[1], arm[1] * (1 - lean[0]))]
    second = [(arm[2], -arm[2] * (1 + lean[1])), (0, 0), (-arm[3], arm[3] * (1 - lean[1]))]
    return [_shaken(random, first, 0.12 * box * 0.5), _shaken(random, second, 0.12 * box * 0.5)]


def tick(random: Random, box: float) -> list[Stroke]:
    """A short way down and a long way up, often leaving the box."""
    down, up = box * random.uniform(0.2, 0.5), box * random.uniform(0.5, 1.15)
    lean = random.uniform(0.5, 1.2)
    points = [(-down * 0.9, -down * 0.5), (-0.1 * box, 0.3 * box), (up * lean * 0.5, 0.3 * box - up * 0.6)]
    points.append((up * lean, 0.3 * box - up * 1.1))
    return [_shaken(random, points, 0.05 * box)]


def dash(random: Random, box: float) -> list[Stroke]:
    """One stroke in any direction."""
    half, angle = box * random.uniform(0.25, 0.7), random.uniform(0, np.pi)
    end = (half * np.cos(angle), half * np.sin(angle))
    return [_shaken(random, [(-end[0], -end[1]), (0, 0), end], 0.06 * box)]


def dot(random: Random, box: float) -> list[Stroke]:
    """A dab of the pen, sometimes a small knot."""
    radius = box * random.uniform(0.06, 0.2)
    return [[tuple(random.normal(0, radius, 2)) for _ in range(random.integers(3, 9))]]


def fill(random: Random, box: float) -> list[Stroke]:
    """Hatching to and fro that covers most of the box."""
    half, lines = box * random.uniform(0.3, 0.55), int(random.integers(5, 13))
    turn = random.uniform(0, np.pi)
    points: Stroke = []
    for index, y in enumerate(np.linspace(-half, half, lines)):
        x = half if index % 2 else -half
        points.append((x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)))
    return [_shaken(random, points, 0.07 * box)]


def circle(random: Random, box: float) -> list[Stroke]:
    """A ring inside the box or around it, not quite closed or overlapping."""
    wide, high = box * random.uniform(0.3, 0.78, 2)
    start, sweep = random.uniform(0, 2 * np.pi), random.uniform(1.7, 2.4) * np.pi
    angles = start + np.linspace(0, sweep, 12)
    return [_shaken(random, [(wide * np.cos(a), high * np.sin(a)) for a in angles], 0.03 * box)]


def scrawl(random: Random, box: float) -> list[Stroke]:
    """What crosses out an answer: wild strokes over the box and beyond."""
    reach, times = box * random.uniform(0.55, 0.9), int(random.integers(6, 16))
    points = [
        ((-1) ** i * reach * random.uniform(0.5, 1), reach * random.uniform(-0.8, 0.8)) for i in range(times)
    ]
    return [points]


def stray(random: Random, box: float) -> list[Stroke]:
    """A line or a speck that means nothing."""
    start = random.uniform(-1.5, 1.5, 2) * box
    end = start + random.normal(0, 0.5 * box, 2)
    return [_shaken(random, [tuple(start), tuple((start + end) / 2), tuple(end)], 0.1)]


MARKS: Sequence[tuple[Kind, float]] = (
    (cross, 0.30),
    (tick, 0.26),
    (fill, 0.08),
    (dash, 0.20),
    (dot, 0.07),
    (circle, 0.09),
)


def any_mark(random: Random) -> Kind:
    """Return one of the ways to answer, as often as people take it."""
    kinds, shares = zip(*MARKS, strict=True)
    chosen: Kind = kinds[int(random.choice(len(kinds), p=shares))]
    return chosen


def drawn(random: Random, strokes: Sequence[Stroke], width: float, gaps: float) -> Ink:
    """Draw strokes (mm, around the middle) as ink from 0 to 1; ``gaps`` lets the pen skip."""
    side = int(2 * REACH * FINE)
    ink = np.zeros((side, side), np.uint8)
    for stroke in strokes:
        path = (_curve(stroke) + REACH) * FINE
        pressure = width * FINE / 2 * (1 + 0.35 * np.sin(np.linspace(0, random.uniform(1, 7), len(path))))
        for (x, y), radius in zip(path, np.maximum(pressure, 0.6), strict=True):
            cv2.circle(ink, (round(x * 8), round(y * 8)), round(radius * 8), 255, -1, cv2.LINE_AA, 3)
    shown = ink.astype(np.float32) / 255
    if gaps:
        rough = random.random((side // 4, side // 4)).astype(np.float32)
        grain = cv2.resize(cv2.GaussianBlur(rough, (0, 0), 0.8), (side, side), interpolation=cv2.INTER_LINEAR)
        shown *= np.clip((np.asarray(grain) - 0.5 + 0.25 * (1 - gaps)) * 12 + 0.5, 0, 1)
    return np.asarray(shown, np.float32)


def _curve(stroke: Stroke) -> npt.NDArray[np.float64]:
    points = np.array(stroke, np.float64)
    if len(points) < 3:
        points = np.vstack([points, points[-1:]])
    padded = np.vstack([points[:1], points, points[-1:]])
    parts = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        steps = max(3, int(np.linalg.norm(end - start) * 12))
        t = np.linspace(0, 1, steps)[:, None]
        slope_in, slope_out = (end - before) / 2, (after - start) / 2
        parts.append(
            (2 * t**3 - 3 * t**2 + 1) * start
            + (t**3 - 2 * t**2 + t) * slope_in
            + (-2 * t**3 + 3 * t**2) * end
            + (t**3 - t**2) * slope_out
        )
    return np.vstack(parts)
