"""Filled sheets: a printed page with its toner's faults, answers, corrections, stamps and dirt, and what is true.

A sheet is what the red channel sees of it, for the reader looks at nothing else: blue ink is dark, a stamp faint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import cv2
import numpy as np
import numpy.typing as npt

from forms.layout import Box
from forms.scan.classify import EMPTY, MARKED, UNSURE
from forms.scan.training.strokes import (
    FINE,
    REACH,
    Ink,
    Kind,
    Random,
    any_mark,
    circle,
    drawn,
    fill,
    scrawl,
    stray,
)

Tone = npt.NDArray[np.float32]  # h x w, 0 is black and 1 white
PAPER_DOTS = 165 / 25.4  # per mm of a sheet

_CROSSED_OUT = 0.06  # of the marks
_BLANK, _DOUBLED = 0.06, 0.06  # of the questions of somebody with a habit
_HABITUAL = 0.85  # of the marks of somebody with a habit
_WILD = 0.25  # of the pages: marks of every kind in any number of boxes
# How bright the ink is, the least and the most of the paper that it covers, and how many people take the pen.
_PENS = (
    (0.12, 0.60, 1.00, 0.35),  # ballpoint
    (0.15, 0.35, 0.70, 0.30),  # faint ballpoint
    (0.32, 0.30, 0.75, 0.27),  # pencil
    (0.05, 0.90, 1.00, 0.08),  # felt tip
)
_Pen = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """A sheet and the true class of each of its boxes."""

    picture: Tone
    labels: npt.NDArray[np.int64]


def fill_sheet(random: Random, printed: npt.NDArray[np.uint8], boxes: Sequence[Box]) -> FilledSheet:
    """Print, answer and soil one page."""
    sheet = _toned(random, printed)
    labels = np.zeros(len(boxes), np.int64)
    foreign = np.zeros(printed.shape, np.float32)  # ink that no box's own mark brought
    pen = _PENS[int(random.choice(len(_PENS), p=[each[3] for each in _PENS]))]
    width = random.uniform(0.2, 0.7) if pen[0] > 0.06 else random.uniform(0.7, 1.4)
    habit = None if random.random() < _WILD else any_mark(random)
    for _, group in groupby(enumerate(boxes), key=lambda each: each[1].q):
        _answer(random, sheet, foreign, labels, list(group), pen, width, habit)
    _soil(random, sheet, foreign, boxes)
    depth = (
        random.uniform(0.4, 0.75) if random.random() < 0.2 else random.uniform(0.0, 0.2)
    )  # grey, or in colours
    stamp = _stamp(random, sheet, depth) if random.random() < 0.4 else np.zeros_like(foreign)
    _doubt_soiled(labels, boxes, foreign, stamp, depth)
    return FilledSheet(sheet, labels)


def _doubt_soiled(
    labels: npt.NDArray[np.int64], boxes: Sequence[Box], foreign: Ink, stamp: Ink, depth: float
) -> None:
    """Label unsure the empty boxes with ink of another's mark, and the boxes under a stamp's dark lines."""
    for index, box in enumerate(boxes):
        if labels[index] == EMPTY and float(foreign[_window(box, -0.3)].mean()) > 0.005:
            labels[index] = UNSURE
        if depth > (0.1 if labels[index] == EMPTY else 0.3) and float(stamp[_window(box, 0.8)].mean()) > 0.03:
            labels[index] = UNSURE  # nobody can tell a stamp's dark lines from a faint pen's


def _toned(random: Random, printed: npt.NDArray[np.uint8]) -> Tone:
    """Print a page: thick or thin lines, pale or patchy toner, white or yellowish paper."""
    black = 1 - printed.astype(np.float32) / 255
    fat = random.uniform(-0.5, 0.8)
    blurred = np.asarray(cv2.GaussianBlur(black, (0, 0), 0.7), np.float32)
    black = np.clip(blurred * 2.2 - 0.6 + fat * 0.5, 0, 1) * np.clip(blurred * 20, 0, 1)
    black *= random.uniform(0.55, 1.0)
    if random.random() < 0.4:
        height, width = printed.shape
        rough = random.random((height // 40, width // 40)).astype(np.float32)
        patch = cv2.resize(cv2.GaussianBlur(rough, (0, 0), 1.5), (width, height))
        black *= np.clip(0.55 + 0.9 * np.asarray(patch), 0, 1)
    return np.asarray((1 - black) * random.uniform(0.9, 1), np.float32)


def _answer(
    random: Random,
    sheet: Tone,
    foreign: Ink,
    labels: npt.NDArray[np.int64],
    group: list[tuple[int, Box]],
    pen: _Pen,
    width: float,
    habit: Kind | None,
) -> None:
    """Mark one box as people do, or none, or two; without a habit any number of boxes in any way."""
    most = len(group) if habit is None else 1 + (random.random() < _DOUBLED)
    count = int(random.integers(0, most + 1)) if habit is None else most * (random.random() > _BLANK)
    for number in random.permutation(len(group))[:count]:
        index, box = group[number]
        kind = habit if habit is not None and random.random() < _HABITUAL else any_mark(random)
        labels[index] = _mark(random, sheet, foreign, box, kind(random, box.side), pen, width, kind is circle)
        if random.random() < _CROSSED_OUT:
            by_filling = random.random() < 0.3
            over = (fill if by_filling else scrawl)(random, box.side)
            _mark(random, sheet, foreign, box, over, pen, width * 1.2, True)
            labels[index] = MARKED if by_filling else UNSURE


def _mark(
    random: Random,
    sheet: Tone,
    foreign: Ink,
    box: Box,
    strokes: list[list[tuple[float, float]]],
    pen: _Pen,
    width: float,
    goes_around: bool,
) -> int:
    tone, least, most, _ = pen
    strength = random.uniform(least, most)
    ink = drawn(random, strokes, width * random.uniform(0.8, 1.2), 0.6 if random.random() < 0.3 else 0.0)
    off = random.normal(0, 0.13, 2) * box.side
    laid, position = _lay(sheet, ink * strength, (box.middle[0] + off[0], box.middle[1] + off[1]), tone)
    total = float(laid.sum()) / PAPER_DOTS**2
    inside = float(laid[_window(box, 0.5, position)].sum()) / PAPER_DOTS**2
    laid[_window(box, 1.2, position)] = 0
    height, width_ = laid.shape
    foreign[position[1] : position[1] + height, position[0] : position[0] + width_] += laid
    if total < 0.15 or (inside < 0.3 * total and not goes_around) or strength < 0.22:
        return UNSURE
    return MARKED


def _lay(sheet: Tone, ink: Ink, middle: tuple[float, float], tone: float) -> tuple[Ink, tuple[int, int]]:
    """Lay ink on a sheet around a place in mm; return what was laid and where its top left corner is."""
    side = int(2 * REACH * PAPER_DOTS)
    left, top = (each * PAPER_DOTS - side / 2 for each in middle)
    x0, y0 = max(0, int(left)), max(0, int(top))
    x1, y1 = min(sheet.shape[1], int(left) + side), min(sheet.shape[0], int(top) + side)
    size = (max(x1 - x0, 1), max(y1 - y0, 1))
    scale = PAPER_DOTS / FINE
    move = np.array([[scale, 0, left - x0], [0, scale, top - y0]])
    laid = np.asarray(cv2.warpAffine(cv2.blur(ink, (2, 2)), move, size), np.float32)
    part = sheet[y0 : y0 + size[1], x0 : x0 + size[0]]
    laid = laid[: part.shape[0], : part.shape[1]]
    part *= 1 - laid * (1 - tone)
    return laid, (x0, y0)


def _window(box: Box, grown: float, position: tuple[int, int] = (0, 0)) -> tuple[slice, slice]:
    """Return a box and ``grown`` mm around it as rows and columns of a picture that begins at a place."""
    span = round((box.side + 2 * grown) * PAPER_DOTS)
    left, top = (
        max(0, round((each - grown) * PAPER_DOTS) - start)
        for each, start in zip((box.x, box.y), position, strict=True)
    )
    return slice(top, top + span), slice(left, left + span)


def _soil(random: Random, sheet: Tone, foreign: Ink, boxes: Sequence[Box]) -> None:
    """Add stray strokes, specks, a crease and stamps."""
    for _ in range(int(random.poisson(2.5))):
        box = boxes[int(random.integers(len(boxes)))]
        ink = drawn(random, stray(random, box.side), random.uniform(0.2, 0.6), 0)
        laid, (x, y) = _lay(sheet, ink * random.uniform(0.3, 1), box.middle, 0.2)
        foreign[y : y + laid.shape[0], x : x + laid.shape[1]] += laid
    height, width = sheet.shape[:2]
    for _ in range(int(random.poisson(25))):
        x, y = int(random.integers(width)), int(random.integers(height))
        cv2.circle(
            sheet, (x, y), int(random.integers(1, 3)), float(random.uniform(0.2, 0.7)), -1, cv2.LINE_AA
        )
    if random.random() < 0.15:
        y, depth = int(random.integers(height)), random.uniform(0.75, 0.95)
        sheet[y : y + int(random.integers(2, 7))] *= depth


def _stamp(random: Random, sheet: Tone, depth: float) -> Ink:
    """Press a round red stamp somewhere, also over boxes: in red it is faint, on a grey picture it is dark."""
    height, width = sheet.shape[:2]
    layer = np.zeros((height, width), np.uint8)
    middle = (int(random.uniform(0.1, 1) * width), int(random.uniform(0, 1) * height))
    radius = 17 * PAPER_DOTS
    for part, thick in ((1.0, 7), (0.9, 2), (0.55, 3)):
        cv2.circle(layer, middle, int(radius * part), 255, thick, cv2.LINE_AA)
    for angle in np.arange(0, 2 * np.pi, 0.22):
        at = (int(middle[0] + 0.72 * radius * np.cos(angle)), int(middle[1] + 0.72 * radius * np.sin(angle)))
        cv2.putText(layer, "HB"[int(angle * 9) % 2], at, cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 3, cv2.LINE_AA)
    ink = layer.astype(np.float32) * (random.uniform(0.5, 0.95) / 255)
    sheet *= 1 - ink * depth
    return ink
