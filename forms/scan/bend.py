"""Where each box really is: paper curls and feeders stretch, so every outline is looked for near its place.

Flat paper needs one narrow search. Curled paper is followed from coarse to fine: first large neighbourhoods say
together how far they moved, then smaller ones around what was found, and last every box for itself. A box that
disagrees with its neighbours is not believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from forms.layout import Box
from forms.scan.tolerances import (
    ALL_FOUND,
    DOTS,
    FAR_SEARCHES,
    FARTHEST,
    LEAST_FOUND,
    LEAST_OUTLINE,
    NEAR_SEARCH,
    NEIGHBOURS,
    OWN_SEARCH,
    WORST_FIT,
    WORST_ROW,
)

Grey = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

_PAPER_CELL = 8  # dots of the flattened page in one cell of the paper's brightness
_ROUNDS = 3  # of the robust fit
# A column of boxes alone can slip by a row unseen; together with the rest of their rows no box can.
_ALONG_A_ROW = 0.4
_FAINTEST = 12.0  # darkness of outlines below which there is nothing to be seen


@dataclass(frozen=True, slots=True)
class LocatedBoxes:
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


def locate(dark: Grey, boxes: Sequence[Box], *, is_curled: bool = False) -> LocatedBoxes:
    """Find the boxes of a flattened page, following its curl where it may be curled."""
    expected = np.array([box.middle for box in boxes]) * DOTS - 0.5
    margin = ((FARTHEST if is_curled else NEAR_SEARCH) + 2 * boxes[0].side) * DOTS
    left, top = np.maximum(expected.min(axis=0) - margin, 0).astype(int)
    right, bottom = (expected.max(axis=0) + margin).astype(int)
    response = outlines(dark[top:bottom, left:right], boxes[0].side)
    inside = expected - (left, top)
    moved = _followed(response, inside) if is_curled else np.zeros_like(expected)
    offsets, strengths = _search(response, inside + moved, OWN_SEARCH if is_curled else NEAR_SEARCH)
    moved = moved + offsets
    bend = _agreed(expected, moved, strengths, 1.0)
    usual = float(np.median(strengths))
    is_near = np.linalg.norm(moved, axis=1) < FARTHEST * DOTS
    is_fitting = np.linalg.norm(moved - bend, axis=1) < WORST_FIT * DOTS
    of_rows = _agreed(expected, moved, strengths, _ALONG_A_ROW)
    is_in_row = np.linalg.norm(moved - of_rows, axis=1) < WORST_ROW * DOTS
    is_sure = (strengths > LEAST_OUTLINE * usual) & is_near & is_fitting & is_in_row
    middles = expected + np.where(is_sure[:, None], moved, bend)
    return LocatedBoxes(middles, is_sure, usual, float(is_sure.mean()) if usual > _FAINTEST else 0.0)


def locate_anyhow(dark: Grey, boxes: Sequence[Box]) -> LocatedBoxes:
    """Search narrowly, and widely where that leaves boxes unfound."""
    flat = locate(dark, boxes)
    if flat.found >= ALL_FOUND:
        return flat
    curled = locate(dark, boxes, is_curled=True)
    return curled if curled.found > flat.found else flat


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


def _followed(response: Grey, expected: Points) -> Points:
    """Return how far each box moved, as the boxes around it say together, from wide to narrow surroundings.

    One box alone is easily taken for its neighbour; a whole neighbourhood of rows and headings fits in one place.
    """
    moved = np.zeros_like(expected)
    apart = _apart(expected, _ALONG_A_ROW)
    for reach, around, slack in FAR_SEARCHES:
        span, side = round(reach * DOTS), 2 * round(slack * DOTS) + 1
        spread = cv2.dilate(response, np.ones((side, side), np.uint8))
        soft = np.asarray(cv2.GaussianBlur(spread, (0, 0), 1 + slack * DOTS / 2), np.uint8)
        windows, shift = _windows(soft, expected + moved, span)
        seen = windows.reshape(len(windows), -1).astype(np.float32)
        seen = np.minimum(seen / max(1.0, float(np.median(seen.max(axis=1)))), 1.0)
        near = np.exp(-apart / (2 * around**2)).astype(np.float32)
        near /= near.sum(axis=1, keepdims=True)
        rows, columns = np.divmod((near @ seen).argmax(axis=1), 2 * span + 1)
        moved = moved + np.column_stack([columns - span, rows - span]) + shift
    return moved


def _search(response: Grey, around: Points, reach: float) -> tuple[Points, npt.NDArray[np.float64]]:
    """Return each box's offset to the strongest outline within reach, to a part of a dot, and its strength."""
    span = round(reach * DOTS)
    windows, shift = _windows(response, around, span)
    steps = np.arange(2 * span + 1)
    flat = windows.reshape(len(windows), -1)
    best = flat.argmax(axis=1)
    rows, columns = np.divmod(best, len(steps))
    part_x = _peak(windows, rows, columns, axis=1)
    part_y = _peak(windows, rows, columns, axis=0)
    offsets = np.column_stack([columns - span + part_x, rows - span + part_y]) + shift
    return offsets, flat[np.arange(len(best)), best].astype(np.float64)


def _windows(response: Grey, around: Points, span: int) -> tuple[Grey, Points]:
    """Return the square of dots around each place, and how far its middle dot is from the place."""
    padded = np.pad(response, span)
    middle = np.clip(np.rint(around).astype(int), 0, np.array(response.shape[::-1]) - 1)
    steps = np.arange(2 * span + 1)
    return padded[
        (middle[:, 1, None] + steps)[:, :, None], (middle[:, 0, None] + steps)[:, None, :]
    ], middle - around


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


def _apart(positions: Points, along: float) -> Points:
    """Return the squared distances in mm^2 between boxes; ``along`` shortens them within a row."""
    between = (positions[:, None] - positions) / DOTS * (along, 1.0)
    return np.asarray((between**2).sum(axis=2), np.float64)


def _agreed(positions: Points, moved: Points, strengths: npt.NDArray[np.float64], along: float) -> Points:
    """Return where each box's neighbours say it has moved: a plane through theirs, fitted robustly."""
    apart = _apart(positions, along)
    near = np.exp(-apart / (2 * NEIGHBOURS**2)) * np.maximum(strengths, 1e-3) ** 2
    np.fill_diagonal(near, 0.0)
    terms = np.concatenate(
        [np.ones((*apart.shape, 1)), (positions - positions[:, None]) / (NEIGHBOURS * DOTS)], axis=2
    )
    ridge = np.diag([1e-9, 0.05, 0.05])
    bend, trust = np.zeros_like(moved), np.ones(len(positions))
    for _ in range(_ROUNDS):
        weights = near * trust
        weights /= weights.sum(axis=1, keepdims=True) + 1e-12
        weighted = terms * weights[:, :, None]
        solved = np.linalg.solve(
            weighted.transpose(0, 2, 1) @ terms + ridge, weighted.transpose(0, 2, 1) @ moved
        )
        bend = np.asarray(solved[:, 0], np.float64)
        off = np.linalg.norm(moved - bend, axis=1)
        trust = 1 / (1 + (off / max(1.0, 2 * float(np.median(off)))) ** 2) ** 2
    return bend
