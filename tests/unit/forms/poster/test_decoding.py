"""Every printed code is read back by an independent reader after what walls, printers and telephones do to it.

Dirt of 30 % of the quiet border is tried as splashes, as worn edges and as coarse spots. Spots of 3 mm and more that touch a
finder pattern stop every reader we know, whatever the size and the error correction of the code; so a poster has
its code a second time, small, and then it is read from near.
"""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from forms.poster.drawing import Symbol
from forms.poster.layouts import KINDS
from forms.poster.notice import Notice
from forms.poster.pdf import pdf
from tests.unit.forms.poster import degrading

ADDRESS = "https://hailong.binhdinh.gov.vn/k/binh-dinh-2024.hoai-nhon.1.q2w3e4r5t6y7u2i3"
NOTICE = Notice(
    "Bảo hiểm xã hội tỉnh Bình Định", "Bảo hiểm xã hội thị xã Hoài Nhơn", 1, ADDRESS, "VE GIÓ", rehearsal=True
)
COARSE = 4.0  # pixels for each mm
# From how far each is read: a wall, a desk, a hand; a tent has its code twice, a sheet of cards ten times. The
# small code of a poster is for who stands near.
DISTANCES = (("a4", 1.5, 1), ("a5", 1.0, 1), ("tent", 0.9, 2), ("card", 0.4, 10))


def picture(kind: str) -> degrading.Grey:
    return degrading.rendered(pdf([KINDS[kind](NOTICE)]), COARSE)


def wall() -> tuple[degrading.Grey, Symbol]:
    marks = [mark for placed in KINDS["a4"](NOTICE).placed for mark in placed.marks]
    symbol = max((mark for mark in marks if isinstance(mark, Symbol)), key=lambda mark: mark.side)
    return picture("a4"), symbol


@pytest.mark.parametrize(("kind", "metres", "count"), DISTANCES)
def test_a_code_is_read_from_its_distance(kind: str, metres: float, count: int) -> None:
    seen = degrading.seen_from(picture(kind), metres, COARSE)
    assert degrading.read(seen) == [ADDRESS] * count
    assert degrading.read(degrading.noisy(degrading.blurred(seen, 0.5), 6, seed=1)) == [ADDRESS] * count


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_survives_a_copying_machine_without_grey(kind: str) -> None:
    copied = degrading.threshold(degrading.noisy(degrading.blurred(picture(kind), 1.0), 10, seed=2))
    assert set(degrading.read(copied)) == {ADDRESS}


@pytest.mark.parametrize("seed", range(5))
def test_thirty_per_cent_of_the_border_may_be_splashed(seed: int) -> None:
    shown, symbol = wall()
    box = (symbol.x, symbol.y, symbol.side)
    border = degrading.border_of(shown, box, symbol.code.side, COARSE)
    dirty = degrading.stained(shown, border, 0.3, 0.6 * COARSE, seed)
    changed = (np.array(dirty) != np.array(shown)) & border
    assert changed.sum() >= 0.3 * border.sum()
    assert set(degrading.read(dirty)) == {ADDRESS}


@pytest.mark.parametrize("spot", [1.5, 3.0])
def test_coarse_dirt_leaves_a_code_that_is_read_from_near(spot: float) -> None:
    _, symbol = wall()
    shown = degrading.rendered(
        pdf([KINDS["a4"](NOTICE)])
    )  # finer: from near, a telephone sees more than 4 pixels a mm
    border = degrading.border_of(shown, (symbol.x, symbol.y, symbol.side), symbol.code.side, 8.0)
    for seed in range(4):
        dirty = degrading.stained(shown, border, 0.3, spot * 8.0, seed)
        for metres in (0.25, 0.4):
            seen = degrading.noisy(degrading.seen_from(dirty, metres), 6, seed)
            assert set(degrading.read(seen)) == {ADDRESS}, (seed, metres)


@pytest.mark.parametrize("kind", ["a4", "a5"])
def test_the_small_code_alone_is_read_from_near(kind: str) -> None:
    (placed,) = KINDS[kind](NOTICE).placed
    large, small = sorted((m for m in placed.marks if isinstance(m, Symbol)), key=lambda mark: -mark.side)
    pixels = np.array(degrading.rendered(pdf([KINDS[kind](NOTICE)]), 8.0))
    left, top, end = (round(length * 8) for length in (large.x, large.y, large.side))
    pixels[top : top + end, left : left + end] = 255  # the large one is gone altogether
    assert small.x > large.x + large.side * (1 + 4 / large.code.side), "beyond the large one's quiet border"
    for metres in (0.25, 0.3) if kind == "a4" else (0.2,):
        seen = degrading.noisy(
            degrading.blurred(degrading.seen_from(Image.fromarray(pixels), metres), 0.5), 6, 1
        )
        assert degrading.read(seen) == [ADDRESS], metres


@pytest.mark.parametrize("side", ["all", "top", "left", "right", "bottom"])
def test_worn_edges_of_the_border_do_no_harm(side: str) -> None:
    shown, symbol = wall()
    pixels = np.array(shown)
    left, top, edge = (round(length * COARSE) for length in (symbol.x, symbol.y, symbol.side))
    quiet = round(4 * edge / symbol.code.side)
    low, high = -quiet, edge + quiet
    worn = round(quiet * (0.3 if side == "all" else 0.6))
    strips = {
        "top": (low, low + worn, low, high),
        "bottom": (high - worn, high, low, high),
        "left": (low, high, low, low + worn),
        "right": (low, high, high - worn, high),
    }
    for name, (first, last, start, end) in strips.items():
        if side in ("all", name):
            pixels[top + first : top + last, left + start : left + end] = 0
    assert set(degrading.read(degrading.seen_from(Image.fromarray(pixels), 1.5, COARSE))) == {ADDRESS}


def test_the_border_is_left_free_by_every_layout() -> None:
    for kind, layout in KINDS.items():
        shown = np.array(degrading.rendered(pdf([layout(NOTICE)])))
        for placed in layout(NOTICE).placed:
            for mark in placed.marks:
                if isinstance(mark, Symbol) and not placed.turned:
                    box = (placed.x + mark.x, placed.y + mark.y, mark.side)
                    border = degrading.border_of(Image.fromarray(shown), box, mark.code.side, 8.0, slack=1)
                    assert (shown[border] < 128).mean() < 0.01, kind
