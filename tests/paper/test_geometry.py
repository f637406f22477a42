"""Boxes are found where they are: on slanted, bent and shifted pages, to a part of a millimetre."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2
import pytest

from forms.layout import EDITIONS, Box
from forms.scan.bend import LocatedBoxes, darkness, locate_anyhow
from forms.scan.pose import find_marks, flatten, guess, pose, project, read_codes
from forms.scan.tolerances import DOTS
from tests.paper.forms_office import layout, printed

DPI = 150
Grey = npt.NDArray[np.uint8]


def _page(number: int = 1, edition: str = "standard") -> Grey:
    document = pypdfium2.PdfDocument(printed(range(1, 3), edition))
    return np.asarray(document[number - 1].render(scale=DPI / 72).to_pil().convert("L"))


def _slanted(page: Grey) -> tuple[Grey, npt.NDArray[np.float64]]:
    """Return a page seen aslant, and the projection from mm to its dots."""
    height, width = page.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    seen = np.array([(90, 60), (width + 20, 110), (width - 40, height + 70), (40, height + 10)], np.float32)
    move = cv2.getPerspectiveTransform(corners, seen)
    dots = DPI / 25.4
    mm = np.array([[dots, 0, -0.5], [0, dots, -0.5], [0, 0, 1]])
    return np.asarray(
        cv2.warpPerspective(page, move, (width + 80, height + 120), borderValue=90), np.uint8
    ), move @ mm


def test_the_pose_of_a_slanted_page_is_exact() -> None:
    seen, truth = _slanted(_page())
    found = find_marks(seen)
    matrix = pose(layout(), 1, found)
    assert matrix is not None
    places = np.array([box.middle for box in layout().on(1)])
    off = np.linalg.norm(project(matrix, places) - project(truth, places), axis=1)
    assert off.max() < 0.25 * DPI / 25.4
    assert len(read_codes(seen, matrix, 1)) == 2


@pytest.mark.parametrize("lost", [1, 2])
def test_marks_that_are_lost_are_made_up_for_by_codes(lost: int) -> None:
    seen, truth = _slanted(_page())
    whole = find_marks(seen)
    for number in sorted(whole.marks)[:lost]:
        whole.marks.pop(number)
    codes = read_codes(seen, None, 1)
    matrix = pose(layout(), 1, whole, codes)
    assert matrix is not None
    places = np.array([box.middle for box in layout().on(1)])
    off = np.linalg.norm(project(matrix, places) - project(truth, places), axis=1)
    assert off.max() < 1.2 * DPI / 25.4  # within reach of the search for boxes


def test_one_mark_alone_tells_the_page_but_no_pose() -> None:
    found = find_marks(_page(2))
    for number in sorted(found.marks)[1:]:
        found.marks.pop(number)
    guessed = guess([layout(edition) for edition in EDITIONS], found)
    assert guessed is not None
    assert (guessed[0].edition.name, guessed[1]) == ("standard", 2)
    assert pose(layout(), 2, found) is None


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(("along", "across"), [(0.0, 0.0), (3.5, 0.0), (-3.0, 1.5), (2.0, -3.0)])
def test_boxes_of_a_bent_page_are_followed(edition: str, along: float, across: float) -> None:
    """The page bulges: nothing moves at its ends, ``along`` and ``across`` mm in its middle."""
    flat = flatten(_page(2, edition), _upright())
    height, width = flat.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bulge = np.sin(np.pi * y / height).astype(np.float32)
    bent = cv2.remap(flat, x + across * DOTS * bulge, y + along * DOTS * bulge, cv2.INTER_LINEAR)
    boxes = layout(edition).on(2)
    located = _best(np.asarray(bent, np.uint8), boxes)
    places = np.array([box.middle for box in boxes]) * DOTS - 0.5
    moved = located.middles
    there = moved + np.column_stack([_at(across, moved, height), _at(along, moved, height)])
    assert located.found > 0.97
    assert np.linalg.norm(there - places, axis=1).max() / DOTS < 0.5


def _at(shift: float, places: npt.NDArray[np.float64], height: int) -> npt.NDArray[np.float64]:
    return np.asarray(shift * DOTS * np.sin(np.pi * places[:, 1] / height), np.float64)


def _best(flat: Grey, boxes: Sequence[Box]) -> LocatedBoxes:
    return locate_anyhow(darkness(flat), boxes)


def _upright() -> npt.NDArray[np.float64]:
    dots = DPI / 25.4
    return np.array([[dots, 0, -0.5], [0, dots, -0.5], [0, 0, 1]])


def test_a_page_without_its_boxes_is_not_believed() -> None:
    flat = flatten(_page(1), _upright())
    boxes = layout().on(2)
    assert not _best(flat, boxes).is_page
    assert not _best(np.full_like(flat, 250), boxes).is_page


def test_a_page_that_slipped_by_a_row_is_not_believed() -> None:
    """The boxes of each row stand where those of the next one should be; the marks do not."""
    flat = flatten(_page(1), _upright())
    slipped = np.roll(flat, round(8.8 * DOTS), axis=0)
    located = _best(slipped, layout().on(1))
    places = np.array([box.middle for box in layout().on(1)]) * DOTS - 0.5
    assert not located.is_page or np.abs(located.middles - places).max() < 2 * DOTS
