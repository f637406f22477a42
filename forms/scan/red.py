"""Red ink: the reader looks through the red channel, where a stamp vanishes, so a red pen's mark would too.

A stamp is large, a mark is small: red things larger than a mark are left alone, small ones in a box are told.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from forms.layout import Box
from forms.scan.images import Picture
from forms.scan.pose import Matrix, dots_per_mm, project
from forms.scan.tolerances import RED_INK, STAMP_LEAST

_DOTS = 3.0  # per mm of the picture that red is looked for in
_REDNESS = 45  # how much red must outshine green and blue, of 255
_WARM = 20  # how much warm light reddens white paper, of 255
_JOIN = 2.5  # mm between a stamp's letters and its ring


def red_marks(picture: Picture, matrix: Matrix, boxes: Sequence[Box]) -> npt.NDArray[np.bool_]:
    """Return which boxes hold red ink that no stamp left; a grey picture shows none."""
    none = np.zeros(len(boxes), np.bool_)
    if picture.ndim == 2:
        return none
    step = max(1, int(dots_per_mm(matrix) / _DOTS))
    red = _redness(picture[::step, ::step])
    if cv2.countNonZero(red) < RED_INK * _DOTS**2:
        return none
    small = _without_stamps(red, dots_per_mm(matrix) / step)
    return np.array([_area(small, matrix, box, step) > RED_INK for box in boxes])


def without_red(picture: Picture) -> Picture:
    """Return the red channel with what is red made as bright as paper, so that no trace of a stamp is left."""
    if picture.ndim == 2:
        return picture
    blue, green, red = cv2.split(picture)
    excess = cv2.subtract(cv2.subtract(red, cv2.max(green, blue)), np.array(float(_WARM)))
    return np.asarray(cv2.add(red, excess), np.uint8)


def _redness(picture: Picture) -> npt.NDArray[np.uint8]:
    """Return a mask of what is red against the paper, whatever the light's colour."""
    paper = np.maximum(np.percentile(picture.reshape(-1, 3)[::97], 70, axis=0), 60)
    balanced = np.minimum(picture * (230 / paper), 255).astype(np.int16)
    blue, green, red = balanced[:, :, 0], balanced[:, :, 1], balanced[:, :, 2]
    return ((red - np.maximum(green, blue)) > _REDNESS).astype(np.uint8)


def _without_stamps(red: npt.NDArray[np.uint8], dots: float) -> npt.NDArray[np.uint8]:
    reach = 2 * int(_JOIN * dots / 2) + 1
    joined = cv2.dilate(red, np.ones((reach, reach), np.uint8))
    count, parts, sizes, _ = cv2.connectedComponentsWithStats(joined)
    large = STAMP_LEAST * dots
    kept = np.ones(count, np.uint8)
    for part in range(1, count):
        if min(sizes[part][cv2.CC_STAT_WIDTH], sizes[part][cv2.CC_STAT_HEIGHT]) > large:
            kept[part] = 0
    return np.asarray(red * kept[parts], np.uint8)


def _area(red: npt.NDArray[np.uint8], matrix: Matrix, box: Box, step: int) -> float:
    """Return how many square mm of a box and 1 mm around it are red."""
    low = np.array([box.x - 1, box.y - 1])
    corners = project(matrix, low + (box.side + 2) * np.array([(0, 0), (1, 0), (1, 1), (0, 1)])) / step
    left, top = np.maximum(corners.min(axis=0), 0).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    dots = dots_per_mm(matrix) / step
    return float(red[top:bottom, left:right].sum()) / dots**2
