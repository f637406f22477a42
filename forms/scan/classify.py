"""Empty, marked or neither: a tiny network looks at each box and says how sure it is.

It sees a box twice: as it is, and how it differs from the page's usual empty box, so that a faint stroke stands
out whatever the printer and the scanner did to the outlines. Two small convolutions, 48 units, three classes;
``forms.scan.training`` trained what ``weights.npz`` holds.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from forms.scan.tolerances import CROP, DOTS

SIDE = 20
VIEWS = 2  # of each box: as it is, and beside the page's usual empty box
EMPTY, MARKED, UNSURE = range(3)
SURE = 0.9
LIKELY = 0.7  # that the only box which is not surely empty is marked, where that box is
HARDLY = 0.05  # empty
FIRST_REACH, SECOND_REACH = (
    5,
    3,
)  # sides of the windows of both convolutions; the first one halves the picture
_USUAL_EMPTY = 0.4  # of a page's boxes, dot by dot: most boxes of a page are empty
_PAPER_DOTS = SIDE * SIDE // 3  # fewer dots than these are bare paper in no picture, however full the box
WEIGHTS = Path(__file__).with_name("weights.npz")

Field = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Network:
    """The weights of the layers; each convolution is a matrix from a window's values to its features."""

    first: Field
    first_bias: Field
    second: Field
    second_bias: Field
    hidden: Field
    hidden_bias: Field
    out: Field
    out_bias: Field

    def probabilities(self, crops: Field) -> Field:
        """Return for each crop (n x 20 x 20 x 2) the probabilities of empty, marked and unsure."""
        return self.layers(crops).shown

    def layers(self, crops: Field) -> Layers:
        """Return what every layer makes of the crops, which training needs."""
        first_windows = windows(crops, FIRST_REACH, 2)
        first = np.maximum(first_windows @ self.first + self.first_bias, 0.0)
        second_windows = windows(first, SECOND_REACH, 1)
        second = np.maximum(second_windows @ self.second + self.second_bias, 0.0)
        quarters = second.reshape(len(crops), SIDE // 4, 2, SIDE // 4, 2, -1)
        pooled = quarters.max(axis=(2, 4))
        units = np.maximum(pooled.reshape(len(crops), -1) @ self.hidden + self.hidden_bias, 0.0)
        scores = units @ self.out + self.out_bias
        grown = np.exp(scores - scores.max(axis=1, keepdims=True))
        shown = np.asarray(grown / grown.sum(axis=1, keepdims=True), np.float32)
        return Layers(first_windows, first, second_windows, second, pooled, units, shown)


@dataclass(frozen=True, slots=True)
class Layers:
    """What each layer of the network made of some crops."""

    first_windows: Field
    first: Field
    second_windows: Field
    second: Field
    pooled: Field
    units: Field
    shown: Field


def windows(pictures: Field, reach: int, step: int) -> Field:
    """Return for every ``step``-th place of n pictures all values of the window around it, as its features."""
    count, height, width, depth = pictures.shape
    edge = reach // 2
    framed = np.zeros((count, height + 2 * edge, width + 2 * edge, depth), np.float32)
    framed[:, edge : edge + height, edge : edge + width] = pictures
    shifted = [
        framed[:, row : row + height : step, column : column + width : step]
        for row in range(reach)
        for column in range(reach)
    ]
    return np.concatenate(shifted, axis=3)


@cache
def network() -> Network:
    """Return the network that ships with the product."""
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        return Network(*(stored[each.name].astype(np.float32) for each in fields(Network)))


def crops(
    dark: npt.NDArray[np.uint8], middles: npt.NDArray[np.float64], side: float, outline: float
) -> Field:
    """Return both views of all boxes of a page as n x 20 x 20 x 2, as dark as the page's outlines are.

    ``middles`` are in dots of the flattened page; ``outline`` is the usual darkness of printed outlines.
    """
    span = CROP * side * DOTS
    steps = (np.arange(SIDE) + 0.5) / SIDE * span - span / 2
    grid_x = (middles[:, 0, None, None] + steps[None, None, :]).repeat(SIDE, axis=1)
    grid_y = (middles[:, 1, None, None] + steps[None, :, None]).repeat(SIDE, axis=2)
    width = max(1, round(span / SIDE))
    averaged = cv2.blur(dark, (width, width), anchor=(0, 0))
    shift = (width - 1) / 2
    rows = len(middles) * SIDE
    sampled = cv2.remap(
        averaged,
        (grid_x.reshape(rows, SIDE) - shift).astype(np.float32),
        (grid_y.reshape(rows, SIDE) - shift).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    scaled = np.asarray(sampled, np.float32).reshape(len(middles), SIDE * SIDE) / max(2.0 * outline, 1.0)
    seen = _evened(scaled)
    usual = np.quantile(seen, _USUAL_EMPTY, axis=0).astype(np.float32)
    return np.stack([seen, seen - usual], axis=2).reshape(len(middles), SIDE, SIDE, VIEWS)


def ink(crops: Field) -> Field:
    """Return how much ink each crop shows beyond the page's usual empty box, from 0 to 1."""
    return np.asarray(np.clip(crops[:, :, :, 1], 0.0, None).mean(axis=(1, 2)), np.float32)


def _evened(crops: Field) -> Field:
    """Take the paper's own grain from each picture and lift what is faint: a pencil's line beside black print."""
    paper = np.partition(crops, _PAPER_DOTS, axis=1)[:, _PAPER_DOTS, None]
    return np.asarray(np.sqrt(np.clip(crops - paper, 0.0, 1.0)), np.float32)
