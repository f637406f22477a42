"""What the pages have in common on which a paper form is keyed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_wtf import FlaskForm
from wtforms import HiddenField

from forms import answers
from forms.answers import AnswerSheet
from forms.faults import FaultyInstrument
from survey.errors import Fault, LocatedFault, sentence_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.web import language
from survey.web.form_fields import TextField

DIGITS = 4


class EntryForm(FlaskForm):
    """What a keyed form carries besides its answers."""

    form_number = TextField()
    card = TextField()
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


def canonical(number: str) -> str:
    """Return a form's number in the one way it is kept: capitals, plain digits filled up to four."""
    plain = number.strip().upper()
    return plain.lstrip("0").zfill(DIGITS) if plain.isascii() and plain.isdigit() else plain


def barred_sentence(number: str, code: str) -> str:
    """Return why whoever has signed in does not read a form, by the catalogue's *code*; empty without one."""
    return sentence_of(Fault(code, number, {"number": number}), language.of_request()) if code else ""
