"""Where each box really is: paper curls and feeders stretch, so every outline is looked for near its place.

First wide searches, whose finds are smoothed into one gentle bend of the whole page, then a narrow one around
that bend. A box that disagrees with its neighbours' bend is not believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from forms.layout import (
    ALL_FOUND,
    DOTS,
    FAR_SEARCHES,
    LEAST_FOUND,
    LEAST_OUTLINE,
    MARK,
    MARK_PLACES,
    NEAR_SEARCH,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    WORST_FIT,
    Box,
)

Grey = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

_PAPER_CELL = 8  # dots of the flattened page in one cell of the paper's brightness
_ANCHORS = (np.array(MARK_PLACES) + MARK / 2) * DOTS - 0.5
_ROUNDS = 4  # of the robust fit
_FAINTEST = 12.0  # darkness of outlines below which there is nothing to be seen


@dataclass(frozen=True, slots=True)
class Located:
    """The middles of a page's boxes in dots of the flattened page, and which of them can be trusted."""

    middles: Points
    is_sure: npt.NDArray[np.bool_]
    darkness: float  # of the page's outlines
    found: float  # share of the boxes

    @property
    def is_page(self) -> bool:
        """Return whether enough boxes are where this page has them."""
        return self.found >= LEAST_FOUND


def darkness(grey: Grey) -> Grey:
    """Return how much darker than the paper around it each dot is, 0 to 255; shadows and yellow paper vanish."""
    height, width = grey.shape
    small = cv2.resize(grey, (width // _PAPER_CELL, height // _PAPER_CELL), interpolation=cv2.INTER_AREA)
    paper = cv2.erode(cv2.dilate(small, np.ones((5, 5), np.uint8)), np.ones((3, 3), np.uint8))
    paper = cv2.max(cv2.GaussianBlur(paper, (0, 0), 2.0), np.array(25.0))
    white = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.bitwise_not(cv2.divide(grey, white, scale=255.0)), np.uint8)


def locate(dark: Grey, boxes: Sequence[Box], searches: Sequence[float] = ()) -> Located:
    """Find the boxes of a flattened page, after wide searches of so many mm where it may be bent."""
    expected = np.array([box.middle for box in boxes]) * DOTS - 0.5
    margin = (2 * FAR_SEARCHES[0][0] + boxes[0].side) * DOTS
    left, top = np.maximum(expected.min(axis=0) - margin, 0).astype(int)
    right, bottom = (expected.max(axis=0) + margin).astype(int)
    response = outlines(dark[top:bottom, left:right], boxes[0].side)
    inside = expected - (left, top)
    moved = np.zeros_like(expected)
    for reach in searches:
        offsets, strengths = _search(response, inside + moved, reach)
        moved = _smooth(expected, moved + offsets, strengths)
    offsets, strengths = _search(response, inside + moved, NEAR_SEARCH)
    bend = _smooth(expected, moved + offsets, strengths)
    usual = float(np.median(strengths))
    off = np.linalg.norm(moved + offsets - bend, axis=1) / DOTS
    is_sure = (strengths > LEAST_OUTLINE * usual) & (off < WORST_FIT)
    middles = expected + np.where(is_sure[:, None], moved + offsets, bend)
    return Located(middles, is_sure, usual, float(is_sure.mean()) if usual > _FAINTEST else 0.0)


def locate_anyhow(dark: Grey, boxes: Sequence[Box]) -> Located:
    """Search narrowly, and widely where that leaves boxes unfound."""
    best = locate(dark, boxes)
    for searches in FAR_SEARCHES:
        if best.found >= ALL_FOUND:
            break
        wider = locate(dark, boxes, searches)
        best = wider if wider.found > best.found else best
    return best


def outlines(dark: Grey, side: float) -> Grey:
    """Return for each dot how dark the faintest side of an outline around it is."""
    length = 2 * round((side * DOTS - 3) / 2) + 1
    half = round(side * DOTS / 2)
    across = cv2.boxFilter(dark, -1, (length, 3))
    down = cv2.boxFilter(dark, -1, (3, length))
    response = np.zeros_like(dark)
    response[half:-half, half:-half] = cv2.min(
        cv2.min(across[: -2 * half, half:-half], across[2 * half :, half:-half]),
        cv2.min(down[half:-half, : -2 * half], down[half:-half, 2 * half :]),
    )
    return response


def _search(response: Grey, around: Points, reach: float) -> tuple[Points, npt.NDArray[np.float64]]:
    """Return each box's offset to the strongest outline within reach, to a part of a dot, and its strength."""
    span = round(reach * DOTS)
    padded = np.pad(response, span + 2)
    start = np.rint(around).astype(int)
    start = np.clip(start, 0, np.array(response.shape[::-1]) - 1)
    steps = np.arange(2 * span + 1)
    windows = padded[(start[:, 1, None] + 2 + steps)[:, :, None], (start[:, 0, None] + 2 + steps)[:, None, :]]
    flat = windows.reshape(len(start), -1)
    best = flat.argmax(axis=1)
    rows, columns = np.divmod(best, len(steps))
    part_x = _peak(windows, rows, columns, axis=1)
    part_y = _peak(windows, rows, columns, axis=0)
    offsets = np.column_stack([columns - span + part_x, rows - span + part_y]) + (start - around)
    return offsets, flat[np.arange(len(best)), best].astype(np.float64)


def _peak(
    windows: Grey, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], axis: int
) -> npt.NDArray[np.float64]:
    """Return where between its neighbours a peak lies, by the parabola through the three."""
    last = windows.shape[1] - 1
    each = np.arange(len(rows))

    def at(step: int) -> npt.NDArray[np.float64]:
        row = np.clip(rows + (step if axis == 0 else 0), 0, last)
        column = np.clip(columns + (step if axis == 1 else 0), 0, last)
        return windows[each, row, column].astype(np.float64)

    before, here, after = at(-1), at(0), at(1)
    bow = before - 2 * here + after
    part = np.where(bow < -1e-6, 0.5 * (before - after) / np.minimum(bow, -1e-6), 0.0)
    return np.clip(part, -0.5, 0.5)


def _smooth(places: Points, offsets: Points, strengths: npt.NDArray[np.float64]) -> Points:
    """Return the gentle bend (a cubic of the place) that most offsets agree on.

    The pose already put the marks where they belong, so they pull on the bend like boxes that have not moved:
    no page can slip by a whole row.
    """
    count = len(places)
    places = np.concatenate([places, _ANCHORS])
    offsets = np.concatenate([offsets, np.zeros_like(_ANCHORS)])
    strengths = np.concatenate([strengths, np.full(len(_ANCHORS), strengths.max(initial=1.0))])
    terms = _terms(places)
    weights = np.maximum(strengths, 1e-3) ** 2
    bend = np.zeros_like(offsets)
    for _ in range(_ROUNDS):
        root = np.sqrt(weights)[:, None]
        ridge = 1e-3 * np.eye(terms.shape[1]) * weights.sum()
        ridge[0, 0] = 1e-9
        solved = np.linalg.solve(
            (terms * root).T @ (terms * root) + ridge * 1e-2, (terms * root).T @ (offsets * root)
        )
        bend = terms @ solved
        off = np.linalg.norm(offsets - bend, axis=1)
        scale = max(1.0, 1.5 * float(np.median(off)))
        weights = np.maximum(strengths, 1e-3) ** 2 / (1 + (off / scale) ** 2) ** 2
    return np.asarray(bend[:count], np.float64)


def _terms(places: Points) -> Points:
    x = places[:, 0] / (PAGE_WIDTH * DOTS) * 2 - 1
    y = places[:, 1] / (PAGE_HEIGHT * DOTS) * 2 - 1
    powers = [x**i * y**j for i in range(4) for j in range(4) if i + j <= 3]
    return np.column_stack(powers)
