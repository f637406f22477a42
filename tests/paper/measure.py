"""How well filled forms are read at one level: every question is right, wrong or left to a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy.special import betaincinv

from forms.layout import EDITIONS
from forms.paper.form_proof import parse_claim
from forms.scan.page import read_page
from forms.scan.records import ClaimedPage
from tests.paper.forms_office import Returned, filled, layout


@dataclass(frozen=True)
class Tally:
    """Counts over pages: ``wrong`` were accepted by the machine alone and are not what was answered."""

    pages: int = 0
    unread: int = 0
    misread: int = 0
    questions: int = 0
    wrong: int = 0
    to_a_person: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def wrong_at_most(self) -> float:
        """Return the exact upper 95 % bound (Clopper and Pearson, one-sided) of wrong answers in 100,000."""
        accepted = self.questions - self.to_a_person
        return upper_bound(self.wrong, accepted) * 100_000

    @property
    def share_to_a_person(self) -> float:
        """Return the share of questions that a person sees, those of unread pages included."""
        return self.to_a_person / max(1, self.questions)


def upper_bound(wrong: int, of: int, level: float = 0.95) -> float:
    """Return the exact one-sided upper bound of a share."""
    return 1.0 if wrong >= of else float(betaincinv(wrong + 1, of - wrong, level))


def judged(page: Returned, claim: ClaimedPage) -> Tally:
    """Compare one page's record with the truth."""
    count = len(page.truth)
    if claim.status != "read":
        return Tally(1, 1, 0, count, 0, count)
    identity = parse_claim(claim.codes[0])
    if identity is None or (identity.serial, identity.page) != (page.serial, page.number):
        return Tally(1, 0, 1, count, count, 0)
    accepted = [answer for answer in claim.answers if not answer.needs_human]
    wrong = sum(answer.value != tuple(page.truth[answer.q]) for answer in accepted)
    return Tally(1, 0, int(len(claim.answers) != count), count, wrong, count - len(accepted))


def as_read(page: Returned) -> ClaimedPage:
    """Return the record of a picture that was never saved."""
    dots = np.asarray(page.picture)
    picture = dots if dots.ndim == 2 else np.ascontiguousarray(dots[:, :, ::-1])
    return read_page(picture, [layout(edition) for edition in EDITIONS])


def measured(
    level: str, serials: Sequence[int], seed: int, *, dpi: float, edition: str = "standard"
) -> Tally:
    """Fill, take and read forms; return the counts."""
    return total(
        judged(page, as_read(page)) for page in filled(serials, level, seed, dpi=dpi, edition=edition)
    )


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum."""
    return sum(tallies, Tally())
