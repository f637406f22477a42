"""The sheets of cards of one batch, to be cut and handed out."""

from __future__ import annotations

from collections.abc import Sequence

from forms.check_word import check_word
from forms.poster.pdf import pdf
from forms.poster.texts import poster_texts
from forms.poster.ticket_cards import Issuer, TicketCard, sheets
from survey.services.counter.tickets import IssuedTicket
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation


def drawn(
    installation: Installation, campaign: CampaignRecord, unit: str, cards: Sequence[IssuedTicket]
) -> bytes:
    """Return the PDF of a unit's new cards. It is drawn once: the codes are kept nowhere."""
    issuer = Issuer(
        agency=campaign.plan.headings.agency,
        unit=campaign.unit(campaign.unit_id(unit)).name,
        word=check_word(installation.keys.address_mac, campaign.code, unit),
        typed_at=installation.config.public_url.partition("://")[2] + "/m",
        rehearsal=campaign.rehearsal,
    )
    label = poster_texts()["ticket"]["label"]
    labelled = [
        TicketCard(card.url, card.short, label.format(batch=card.batch, number=card.number)) for card in cards
    ]
    return pdf(sheets(issuer, labelled))
