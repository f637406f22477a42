"""Empty, marked or neither: a tiny network looks at each box and says how sure it is.

400 dots, 64 hidden units, three classes; trained by ``forms.scan.training``, whose recipe made
``weights.npz``. A question is accepted only where every one of its boxes is sure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from forms.layout import CROP, DOTS

SIDE = 20
EMPTY, MARKED, UNSURE = range(3)
SURE = 0.9
_PAPER_DOTS = SIDE * SIDE // 3  # fewer dots than these are bare paper in no picture, however full the box
WEIGHTS = Path(__file__).with_name("weights.npz")

Field = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Network:
    """The weights of both layers."""

    hidden: Field
    hidden_bias: Field
    out: Field
    out_bias: Field

    def probabilities(self, crops: Field) -> Field:
        """Return for each crop (n x 400) the probabilities of empty, marked and unsure."""
        units = np.maximum(crops @ self.hidden + self.hidden_bias, 0.0)
        scores = units @ self.out + self.out_bias
        grown = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=1, keepdims=True), np.float32)


@cache
def network() -> Network:
    """Return the network that ships with the product."""
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        names = ("hidden", "hidden_bias", "out", "out_bias")
        return Network(*(stored[name].astype(np.float32) for name in names))


def crops(
    dark: npt.NDArray[np.uint8], middles: npt.NDArray[np.float64], side: float, outline: float
) -> Field:
    """Return the boxes' pictures as n x 400, as dark as the page's outlines are.

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
    return _evened(scaled)


def _evened(crops: Field) -> Field:
    """Take the paper's own grain from each picture and lift what is faint: a pencil's line beside black print."""
    paper = np.partition(crops, _PAPER_DOTS, axis=1)[:, _PAPER_DOTS, None]
    return np.asarray(np.sqrt(np.clip(crops - paper, 0.0, 1.0)), np.float32)
