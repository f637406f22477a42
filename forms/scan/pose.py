"""Where a page lies in a picture: its ArUco marks and QR codes, and the projection that they agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from forms.layout import CODE, CODE_QUIET, MARK, PAGE_HEIGHT, PAGE_WIDTH, FormLayout, code_positions
from forms.scan.images import Picture
from forms.scan.tolerances import DOTS, LEAST_SPREAD

Points = npt.NDArray[np.float64]  # n x 2
Matrix = npt.NDArray[np.float64]  # 3 x 3, from mm on the page to dots of the picture, whole at their middles

# Longest side of the picture that marks are looked for in, the sides of the windows of the threshold, and
# whether black is thinned first: the cheap search finds all marks of nearly every scan; a black and white
# scanner that swells all print is met by thinning; the thorough ones are for photos and dirt.
_SEARCHES = (
    (1200, (23, 23), False),
    (1600, (23, 53), True),
    (1600, (13, 53), False),
    (2600, (21, 81), False),
)
_THIN = np.ones((3, 3), np.uint8)
_ENLARGED = 16.0  # dots per mm of a code that is looked at closely
_THINNER = np.ones((5, 5), np.uint8)  # of an enlarged code: a third of a module
_DICTIONARY = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
_QUIET = 1.5 * CODE_QUIET


@dataclass(frozen=True, slots=True)
class ReadCode:
    """A QR code that was read: its text and its corners, clockwise from the top left of the code."""

    text: str
    corners: Points


@dataclass(frozen=True, slots=True)
class DetectedMarks:
    """What a picture shows: corners of marks by their ids, codes, and whether a mark shows twice."""

    marks: dict[int, Points]
    twice: bool


def find_marks(grey: Picture) -> DetectedMarks:
    """Return the marks of the picture; it is searched more thoroughly where less than four are seen."""
    detected = DetectedMarks({}, twice=False)
    for side, windows, thinned in _SEARCHES:
        scale = min(1.0, side / max(grey.shape))
        small = (
            cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR) if scale < 1 else grey
        )
        small = cv2.dilate(small, _THIN) if thinned else small
        better = _marks(np.asarray(small, np.uint8), scale, windows)
        detected = DetectedMarks({**better.marks, **detected.marks}, twice=detected.twice or better.twice)
        if len(detected.marks) >= 4:
            break
    return detected


def _marks(grey: Picture, scale: float, windows: tuple[int, int]) -> DetectedMarks:
    settings = cv2.aruco.DetectorParameters()
    settings.adaptiveThreshWinSizeMin, settings.adaptiveThreshWinSizeMax = windows
    settings.adaptiveThreshWinSizeStep = max(1, (windows[1] - windows[0]) // 2)
    settings.minMarkerPerimeterRate, settings.maxMarkerPerimeterRate = 0.03, 0.4
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    settings.cornerRefinementWinSize = 4
    settings.errorCorrectionRate = 0.5
    corners, ids, _ = cv2.aruco.ArucoDetector(_DICTIONARY, settings).detectMarkers(grey)
    numbers = [int(number) for number in np.asarray(ids).ravel()] if corners else []
    positions = [(np.asarray(each, np.float64).reshape(4, 2) + 0.5) / scale - 0.5 for each in corners]
    return DetectedMarks(dict(zip(numbers, positions, strict=True)), twice=len(set(numbers)) < len(numbers))


def guess(layouts: Sequence[FormLayout], detected: DetectedMarks) -> tuple[FormLayout, int] | None:
    """Return the layout and page that most of the marks belong to; None where there is no mark of ours."""
    votes = [
        (len(detected.marks.keys() & layout.marks(page).keys()), layout, page)
        for layout in layouts
        for page in range(1, layout.pages + 1)
    ]
    best = max(votes, key=lambda vote: vote[0], default=None)
    return (best[1], best[2]) if best and best[0] else None


def strangers(layout: FormLayout, page: int, detected: DetectedMarks) -> int:
    """Return how many marks belong to no corner of this page."""
    return len(detected.marks.keys() - layout.marks(page).keys())


def read_codes(grey: Picture, matrix: Matrix | None, page: int) -> list[ReadCode]:
    """Read the QR codes where they should be, else anywhere in the picture."""
    codes: list[ReadCode] = []
    if matrix is not None:
        for position in code_positions(page):
            codes += _code_at(grey, matrix, position)
    return codes or _codes_in(grey) or _codes_in(np.asarray(cv2.dilate(grey, _THIN), np.uint8))


def _code_at(grey: Picture, matrix: Matrix, position: tuple[float, float]) -> list[ReadCode]:
    """Read one code in the picture's own dots, or flattened and enlarged where that fails."""
    low, high = position[0] - _QUIET, position[1] - _QUIET
    side = CODE + 2 * _QUIET
    around = project(
        matrix, np.array([(low, high), (low + side, high), (low + side, high + side), (low, high + side)])
    )
    left, top = np.maximum(np.floor(around.min(axis=0)).astype(int) - 4, 0)
    right, bottom = np.ceil(around.max(axis=0)).astype(int) + 4
    window = grey[top:bottom, left:right]
    if min(window.shape) < 20:
        return []
    if read := _codes_in(window, offset=(left, top)):
        return read
    dots = _ENLARGED
    flat = matrix @ np.array([[1 / dots, 0, low], [0, 1 / dots, high], [0, 0, 1]])
    size = (int(side * dots), int(side * dots))
    enlarged = cv2.warpPerspective(grey, flat, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
    blurred = cv2.GaussianBlur(enlarged, (0, 0), dots * 0.15)
    for attempt in (
        blurred,
        cv2.dilate(blurred, _THINNER),
        cv2.addWeighted(blurred, 2.5, cv2.GaussianBlur(enlarged, (0, 0), dots * 0.5), -1.5, 0),
    ):
        if read := _codes_in(np.asarray(attempt, np.uint8)):
            return [ReadCode(each.text, project(flat, each.corners)) for each in read]
    return []


def _codes_in(grey: Picture, offset: tuple[int, int] = (0, 0)) -> list[ReadCode]:
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    results = zxingcpp.read_barcodes(
        np.ascontiguousarray(grey), formats=formats, text_mode=zxingcpp.TextMode.Plain
    )
    return [ReadCode(each.text, _corners(each) + offset) for each in results]


def _corners(result: zxingcpp.Barcode) -> Points:
    position = result.position
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return np.array([(corner.x, corner.y) for corner in corners], np.float64)


def pose(
    layout: FormLayout, page: int, detected: DetectedMarks, read: Sequence[ReadCode] = ()
) -> Matrix | None:
    """Return the projection from the page to the picture, or None where too little of the page is known."""
    positions = layout.marks(page)
    seen = [number for number in detected.marks if number in positions]
    known = [_square(positions[number], MARK) for number in seen]
    shown = [detected.marks[number] for number in seen]
    in_picture = [*shown, *(each.corners for each in read[:2])]
    tried = [
        _fit([*known, *(_square(position, CODE) for position in chosen)], in_picture)
        for chosen in permutations(code_positions(page), min(len(read), 2))
    ]
    best = min(filter(None, tried), key=lambda fitted: fitted[0], default=None)
    return best[1] if best else None


def _fit(on_page: Sequence[Points], in_picture: Sequence[Points]) -> tuple[float, Matrix] | None:
    if len(on_page) < 2:
        return None
    source, target = np.concatenate(on_page), np.concatenate(in_picture)
    hull = cv2.convexHull(source.astype(np.float32))
    if cv2.contourArea(hull) < LEAST_SPREAD * PAGE_WIDTH * PAGE_HEIGHT:
        return None
    matrix, inside = cv2.findHomography(source, target, cv2.RANSAC, _reach(source, target))
    if np.size(matrix) != 9 or np.asarray(inside).mean() < 0.7:  # it is None where nothing fits
        return None
    fitted = np.asarray(matrix, np.float64)
    off = np.linalg.norm(project(fitted, source) - target, axis=1)
    return float(np.median(off)), fitted


def _reach(source: Points, target: Points) -> float:
    """Return 2 mm in dots of the picture: marks on curled paper are off by that much."""
    return float(2.0 * np.linalg.norm(np.ptp(target, axis=0)) / np.linalg.norm(np.ptp(source, axis=0)))


def _square(position: tuple[float, float], side: float) -> Points:
    x, y = position
    return np.array([(x, y), (x + side, y), (x + side, y + side), (x, y + side)], np.float64)


def project(matrix: Matrix, points: Points) -> Points:
    """Return points on the page as points of the picture."""
    lifted = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(lifted[:, :2] / lifted[:, 2:], np.float64)


def dots_per_mm(matrix: Matrix) -> float:
    """Return the picture's resolution in the middle of the page."""
    middle = np.array([(80.0, 148.0), (130.0, 148.0)])
    across = project(matrix, middle)
    return float(np.linalg.norm(across[1] - across[0]) / 50.0)


def flatten(picture: Picture, matrix: Matrix) -> Picture:
    """Return the page upright at ``DOTS`` per mm; finer pictures are averaged first, so that no line is missed."""
    finer = dots_per_mm(matrix) / DOTS
    times = max(1, int(finer / 1.1))
    small = picture
    if times > 1:  # whole steps: many times faster than any other
        size = (picture.shape[1] // times, picture.shape[0] // times)
        whole = picture[: size[1] * times, : size[0] * times]
        small = np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)
    shift = (1 / times - 1) / 2
    if finer / times > 1.25:
        small = np.asarray(cv2.blur(small, (2, 2), anchor=(0, 0)), np.uint8)
        shift -= 0.5
    to_small = np.array([[1 / times, 0, shift], [0, 1 / times, shift], [0, 0, 1]])
    half = 0.5 / DOTS
    grid = np.array([[1 / DOTS, 0, half], [0, 1 / DOTS, half], [0, 0, 1]])  # a dot's middle, in mm
    size = (int(PAGE_WIDTH * DOTS), int(PAGE_HEIGHT * DOTS))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    flat = cv2.warpPerspective(
        small, to_small @ matrix @ grid, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(flat, np.uint8)
