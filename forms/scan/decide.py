"""What the machine may accept: rules over a question's boxes, and over what a page shows as a whole.

A network alone cannot tell a fleck of dirt from a careful dot; the same hand's other marks can. Where faint ink
got lost on the way, many questions of a page look blank, and nothing on it is accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median

import numpy as np
import numpy.typing as npt

from forms.answers import DECLINED
from forms.layout import Box
from forms.scan.classify import EMPTY, HARDLY, LIKELY, MARKED, SURE, Field
from forms.scan.records import ReadAnswer
from forms.scan.tolerances import FAINT_PAGE, SMALL_MARK


@dataclass(frozen=True, slots=True)
class MarkDecision:
    """What was read of one question; ``reason`` says why a person must look, None where none needs to."""

    q: str
    value: tuple[str, ...] | None
    confidence: float
    reason: str | None
    ink: float  # of the boxes that are not empty
    is_rated: bool  # a statement with levels; the profile may honestly be left blank

    @property
    def answer(self) -> ReadAnswer:
        """Return the answer that this decision makes."""
        return ReadAnswer(self.q, self.value, round(self.confidence, 4), self.reason)


def decisions(
    boxes: Sequence[Box],
    shown: Field,
    ink: npt.NDArray[np.float32],
    is_found: npt.NDArray[np.bool_],
    is_red: npt.NDArray[np.bool_],
) -> list[MarkDecision]:
    """Decide all questions of a page from each box's probabilities (n x 3) and ink beyond an empty box."""
    alone = list(_alone(boxes, shown, ink, is_found, is_red))
    if _is_faint([each for each in alone if each.is_rated]):
        return [_doubted(each, "doubt_faint_page") for each in alone]
    usual = median(accepted) if (accepted := [each.ink for each in alone if each.reason is None]) else 0.0
    return [_doubted(each, "doubt_small_mark") if each.ink < SMALL_MARK * usual else each for each in alone]


def _is_faint(rated: Sequence[MarkDecision]) -> bool:
    """Return whether so many statements look blank that faint ink may be lost."""
    blank = sum(each.reason == "doubt_blank" for each in rated)
    return blank > FAINT_PAGE * len(rated) and blank > 1


def _doubted(decision: MarkDecision, reason: str) -> MarkDecision:
    return replace(decision, reason=decision.reason or reason)


def _alone(
    boxes: Sequence[Box],
    shown: Field,
    ink: npt.NDArray[np.float32],
    is_found: npt.NDArray[np.bool_],
    is_red: npt.NDArray[np.bool_],
) -> Iterator[MarkDecision]:
    start = 0
    for q, group in groupby(boxes, key=lambda box: box.q):
        opts = [box.opt for box in group]
        here = slice(start, start + len(opts))
        start += len(opts)
        filled = np.flatnonzero(shown[here, EMPTY] <= SURE).tolist()
        likely = [at for at in filled if shown[here][at, MARKED] > LIKELY and shown[here][at, EMPTY] < HARDLY]
        can_look = bool(is_found[here].all())
        yield MarkDecision(
            q,
            tuple(opts[at] for at in likely) if can_look else None,
            float(shown[here].max(axis=1).min()),
            _reason(len(filled), len(likely), can_look=can_look, is_red=bool(is_red[here].any())),
            float(ink[here][filled].sum()),
            DECLINED not in opts,
        )


def _reason(filled: int, likely: int, *, can_look: bool, is_red: bool) -> str | None:
    """Accept a question only where every box but one is surely empty and that one is marked."""
    if not can_look:
        return "doubt_box_not_found"
    if is_red:
        return "doubt_red_ink"
    if not filled:
        return "doubt_blank"
    if likely > 1:
        return "doubt_several_marks"
    return None if likely == filled == 1 else "doubt_unsure"
