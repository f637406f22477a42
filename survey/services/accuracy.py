"""How well paper is keyed in: what blind second keyings found wrong, with an exact upper bound."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from scoring.intervals import clopper_pearson
from survey.database.engine import Database
from survey.models import PaperReading
from survey.services.campaigns import CampaignRecord
from survey.vocabulary import ReadingKind

# An upper bound of 95 % is the upper end of a two-sided interval of 90 %.
LEVEL = 0.90


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The comparison of two readings over a campaign.

    ``wrong`` counts fields that the first reading had wrong: settled so, or still in dispute.
    ``upper`` is the exact 95 % upper bound of the share of wrong fields, 1.0 where nothing was compared.
    """

    forms: int
    fields: int
    differing: int
    wrong: int

    @property
    def rate(self) -> float | None:
        """Return the share of wrong fields; None where nothing was compared."""
        return self.wrong / self.fields if self.fields else None

    @property
    def upper(self) -> float:
        """Return the one-sided 95 % upper bound (Clopper-Pearson): 0 of 300 gives just under 0.01."""
        return clopper_pearson(self.wrong, self.fields, LEVEL).high if self.fields else 1.0


def of_campaign(database: Database, campaign: CampaignRecord) -> Accuracy:
    """Return the comparison over all units, of the forms that chance drew: only they speak for the rest."""
    reading = PaperReading
    query = (
        select(
            reading.unit_id, reading.serial, reading.kind, reading.drawn, reading.compared, reading.differing
        )
        .where(reading.campaign_id == campaign.id)
        .order_by(reading.step)
    )
    drawn: set[tuple[int, int]] = set()
    seconds: dict[tuple[int, int], tuple[int, int]] = {}
    wrong: dict[tuple[int, int], int] = {}
    with database.read() as session:
        for row in session.execute(query):
            sheet = (row.unit_id, row.serial)
            if row.drawn:
                drawn.add(sheet)
            if row.compared is None or sheet not in drawn:
                continue
            if row.kind == ReadingKind.SECOND:
                seconds[sheet] = (row.compared, row.differing)
            wrong[sheet] = row.differing  # what settled it has the last word
    return Accuracy(
        forms=len(seconds),
        fields=sum(compared for compared, _ in seconds.values()),
        differing=sum(differing for _, differing in seconds.values()),
        wrong=sum(wrong.values()),
    )
