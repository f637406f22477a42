"""One picture of one page: which page it is, where its boxes are, and what was answered.

Every answer here is a claim without proof: the parent process checks the codes' MAC before it believes any.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from forms.layout import Box, FormLayout
from forms.paper.form_proof import parse_claim
from forms.scan import classify
from forms.scan.bend import Grey, darkness, locate_anyhow
from forms.scan.decide import decisions
from forms.scan.images import Picture
from forms.scan.pose import (
    DetectedMarks,
    Matrix,
    ReadCode,
    find_marks,
    flatten,
    guess,
    pose,
    read_codes,
    strangers,
)
from forms.scan.records import ClaimedPage, ClaimedStatus, ReadAnswer, ReadComment
from forms.scan.red import red_marks, without_red
from forms.scan.tolerances import DOTS, WRITTEN

_BLANK = 0.0015  # share of dark dots below which a page without marks is a blank one
_CROP_MARGIN = 3.0  # mm around the boxes that a person is shown


class NotReadError(Exception):
    """A page that cannot be read: ``status`` is ``unreadable`` or ``foreign``, ``reason`` a code."""

    def __init__(
        self,
        status: ClaimedStatus,
        reason: str,
        codes: Sequence[str] = (),
        edition: str | None = None,
        page: int | None = None,
    ) -> None:
        """Keep status, reason and what is known all the same."""
        super().__init__(reason)
        self.claim = ClaimedPage(status, reason, codes=tuple(codes), edition=edition, page=page)


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """A page that was recognised in a picture."""

    picture: Picture
    layout: FormLayout
    number: int
    matrix: Matrix
    text: str


def read_page(picture: Picture, layouts: Sequence[FormLayout], *, with_crops: bool = False) -> ClaimedPage:
    """Return what a picture shows; never raises for what a picture may hold."""
    try:
        return _read(recognise(picture, layouts), with_crops=with_crops)
    except NotReadError as refused:
        return refused.claim


def recognise(picture: Picture, layouts: Sequence[FormLayout]) -> RecognisedPage:
    """Return which page this is and where it lies, or raise NotReadError."""
    red = picture if picture.ndim == 2 else np.asarray(cv2.extractChannel(picture, 2), np.uint8)
    detected = find_marks(red)
    if detected.twice:
        raise NotReadError("unreadable", "scan_two_sheets")
    guessed = guess(layouts, detected)
    rough = pose(*guessed, detected) if guessed else None
    codes = read_codes(red, rough, guessed[1] if guessed else 1)
    text = _text(codes, red, detected)
    layout, number = _agreed(guessed, text, layouts, detected, codes)
    ours = [code for code in codes if code.text == text]
    matrix = rough if rough is not None and len(detected.marks) >= 4 else pose(layout, number, detected, ours)
    if matrix is None:
        raise NotReadError("unreadable", "scan_no_marks", codes=[text], page=number)
    return RecognisedPage(picture, layout, number, matrix, text)


def _text(codes: Sequence[ReadCode], grey: Picture, detected: DetectedMarks) -> str:
    """Return the one text that the codes of ours say."""
    texts = {code.text for code in codes if parse_claim(code.text)}
    if len(texts) > 1:
        raise NotReadError("unreadable", "scan_two_sheets", codes=sorted(texts))
    if texts:
        return texts.pop()
    if codes:
        raise NotReadError("foreign", "scan_foreign_code")
    if len(detected.marks) > 1:
        raise NotReadError("unreadable", "scan_no_serial")
    small = cv2.resize(grey, (300, 424), interpolation=cv2.INTER_AREA)
    inner = darkness(np.asarray(small, np.uint8))[20:-20, 20:-20]
    is_blank = float((inner > 70).mean()) < _BLANK
    raise NotReadError("unreadable", "scan_blank") if is_blank else NotReadError("foreign", "scan_foreign")


def _agreed(
    guessed: tuple[FormLayout, int] | None,
    text: str,
    layouts: Sequence[FormLayout],
    detected: DetectedMarks,
    codes: Sequence[ReadCode],
) -> tuple[FormLayout, int]:
    """Return the page that marks and code agree on; without marks, the one where the codes fit."""
    claim = parse_claim(text)
    number = claim.page if claim else 0
    if guessed:
        layout, marked = guessed
        is_clear = len(detected.marks) - strangers(layout, marked, detected) >= 3
        if marked != number or strangers(layout, number, detected) > (1 if is_clear else 0):
            raise NotReadError("unreadable", "scan_mixed", codes=[text])
        return layout, number
    for layout in layouts:
        if number <= layout.pages and pose(layout, number, detected, codes) is not None:
            return layout, number
    raise NotReadError("unreadable", "scan_no_marks", codes=[text], page=number)


def _read(seen: RecognisedPage, *, with_crops: bool) -> ClaimedPage:
    dark = darkness(flatten(without_red(seen.picture), seen.matrix))
    answers = _answers(seen, dark)
    comment = _comment(seen, dark)
    if with_crops:
        answers, comment = _shown(seen, answers, comment)
    edition = seen.layout.edition.name
    return ClaimedPage("read", None, answers, (seen.text,), edition, seen.number, comment)


def _answers(seen: RecognisedPage, dark: Grey) -> tuple[ReadAnswer, ...]:
    boxes = seen.layout.on(seen.number)
    if not boxes:
        return ()
    located = locate_anyhow(dark, boxes)
    if not located.is_page:
        edition = seen.layout.edition.name
        raise NotReadError("unreadable", "scan_not_flat", [seen.text], edition, seen.number)
    crops = classify.crops(dark, located.middles, boxes[0].side, located.darkness)
    shown = classify.network().probabilities(crops)
    red = red_marks(seen.picture, seen.matrix, boxes)
    decided = decisions(boxes, shown, classify.ink(crops), located.is_sure, red)
    return tuple(each.answer for each in decided)


def _comment(seen: RecognisedPage, dark: Grey) -> ReadComment | None:
    """Return whether something is written in the box for free writing; None on a page without it."""
    position = seen.layout.comment_box(seen.number)
    if position is None:
        return None
    x, y, width, height = position
    rows = slice(round((y + 2) * DOTS), round((y + height - 2) * DOTS))
    columns = slice(round((x + 2) * DOTS), round((x + width - 2) * DOTS))
    written = float((dark[rows, columns] > 60).sum()) / DOTS**2
    return ReadComment(written > WRITTEN)


def _shown(
    seen: RecognisedPage, answers: tuple[ReadAnswer, ...], comment: ReadComment | None
) -> tuple[tuple[ReadAnswer, ...], ReadComment | None]:
    """Return the same with a picture of each doubtful question, and of the comment where there is one."""
    is_written = comment is not None and comment.written
    if not is_written and not any(answer.needs_human for answer in answers):
        return answers, comment
    flat = flatten(seen.picture, seen.matrix)
    boxes = seen.layout.on(seen.number)
    answers = tuple(_with_crop(answer, boxes, flat) if answer.needs_human else answer for answer in answers)
    if comment and comment.written and (position := seen.layout.comment_box(seen.number)):
        comment = replace(comment, crop=_cut(flat, position))
    return answers, comment


def _with_crop(answer: ReadAnswer, boxes: Sequence[Box], flat: Picture) -> ReadAnswer:
    mine = [box for box in boxes if box.q == answer.q]
    left, top = min(box.x for box in mine), min(box.y for box in mine)
    right, bottom = max(box.x for box in mine), max(box.y for box in mine)
    side = mine[0].side + 2 * _CROP_MARGIN
    position = (left - _CROP_MARGIN, top - _CROP_MARGIN, right - left + side, bottom - top + side)
    return replace(answer, crop=_cut(flat, position))


def _cut(flat: Picture, position: tuple[float, float, float, float]) -> str:
    x, y, width, height = (round(each * DOTS) for each in position)
    part = flat[max(y, 0) : y + height, max(x, 0) : x + width]
    packed = cv2.imencode(".jpg", part, [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
    return base64.b64encode(packed.tobytes()).decode("ascii")
