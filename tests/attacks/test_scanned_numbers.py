"""The number of a scanned sheet leads to its answers by no hash, whatever a thief tries on every row with the secret."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import select, update

from forms.answers import AnswerSheet, to_fields
from survey.models import PaperForm, Receipt, Response
from survey.services.collection import receipts
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.paper import doubtful_forms
from tests.support import paper_scene, scene

SHEETS = 12
UNIT = "an-nhon"


def scanned(
    installation: Installation, campaign: CampaignRecord, number: str, fields: Mapping[str, Sequence[str]]
) -> None:
    """Bring a sheet in as the machine read it."""
    unit = UnitKey(campaign.id, scene.AN_NHON)
    doubtful_forms._take_in(installation, scene.OFFICER, campaign, unit, number, fields, scene.NOW)


def test_a_sheets_number_and_a_rows_answers_make_no_receipt(
    installation: Installation, campaign: CampaignRecord
) -> None:
    paper_scene.issue(installation, campaign, 1, SHEETS)
    sheets = scene.random_sheets(campaign.questionnaire, 5)
    for serial in range(1, SHEETS + 1):
        fields = to_fields(campaign.questionnaire, next(sheets))
        for _ in range(2):  # the same sheet in another scan is nothing new
            scanned(installation, campaign, f"{serial:04}", fields)
    assert scene.counts(installation)["response"] == scene.counts(installation)["receipt"] == SHEETS
    with installation.database.write() as session:
        session.execute(update(PaperForm).values(response_key=None))  # as the end of verification does
    with installation.database.read() as session:
        given_out = set(session.scalars(select(Receipt.receipt_key)))
        rows = session.execute(select(Response.marks, Response.profile)).all()
    for serial in range(1, SHEETS + 1):
        for row in rows:
            digest = hashlib.sha256(repr(AnswerSheet(row.marks, row.profile, "")).encode()).hexdigest()
            tried = f"scan.{serial:04}.{digest}"
            key = receipts.of_submission(installation.keys, campaign.code, scene.AN_NHON, tried).key
            assert key not in given_out
