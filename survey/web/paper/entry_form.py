"""What the pages have in common on which a paper form is keyed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

from forms import answers
from forms.answers import AnswerSheet
from forms.faults import FaultyInstrument
from survey.errors import LocatedFault
from survey.services.installation.campaign_records import CampaignRecord


class EntryForm(FlaskForm):
    """What a keyed form carries besides its answers."""

    form_number = StringField()
    card = StringField()
    key = HiddenField()


def sheet_of(
    campaign: CampaignRecord, fields: Mapping[str, Sequence[str]], faults: list[LocatedFault]
) -> AnswerSheet | None:
    """Return the answers that were sent; None where they have faults, which are added to *faults*."""
    try:
        return answers.parse(campaign.questionnaire, fields)
    except FaultyInstrument as faulty:
        faults.extend(faulty.faults)
        return None
