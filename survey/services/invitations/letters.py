"""What an invitation and its reminder say, and the codes in them.

A recipient's codes follow from three things that lie apart: the recipient's salt (in the database), the
installation's secret (in its file) and the reminder key (with whoever sends). The key is made for the page
that asks for it, is needed again for the reminder, and is never kept: so nobody who has the database and
the secret can tell which code an address was given, nor, therefore, whether it was spent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass

from forms import ticket_code
from forms.check_word import check_word
from survey.config import MailServer
from survey.errors import Refusal
from survey.keys import Keys
from survey.mail import letters
from survey.mail.letters import Envelope, Letter
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.invitations.csv_files import Recipient

HASH_BYTES = 16
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MailingRound:
    """One going-out of a list: the first is the invitation, the second the reminder."""

    campaign: CampaignRecord
    number: int
    round: int
    sent_on: dt.date


def fresh_key() -> str:
    """Return a new reminder key, in groups, as it is written down."""
    return ticket_code.grouped(ticket_code.fresh_long())


def read_key(text: str) -> str:
    """Return the plain reminder key that a text writes.

    Raises:
        Refusal: ``invitation_key_bad``.
    """
    key = ticket_code.read(text)
    if key is None or len(key) != ticket_code.LONG + ticket_code.CHECKS:
        raise Refusal("invitation_key_bad")
    return key


def key_check(keys: Keys, key: str) -> bytes:
    """Return what a list keeps of its reminder key: enough to know it again, nothing to make it from."""
    return _digest(keys, b"check", key.encode())[:HASH_BYTES]


def codes(keys: Keys, key: str, salt: bytes) -> tuple[str, str]:
    """Return the long and the short code of the recipient with this salt."""
    return ticket_code.pair_from(_digest(keys, b"code", key.encode() + b"\0" + salt))


def letter(
    installation: Installation, mailing: MailingRound, recipient: Recipient, coded: tuple[str, str] | None
) -> Letter:
    """Return the letter to one recipient, with its link, or as a reminder without one."""
    campaign, config = mailing.campaign, installation.config
    values = {
        "name": recipient.name,
        "agency": campaign.plan.headings.agency,
        "unit": campaign.unit(campaign.unit_id(recipient.unit)).name,
        "sent_on": f"{mailing.sent_on:%d/%m/%Y}",
        "last_day": f"{campaign.closes_at - DAY:%d/%m/%Y}",
        "word": check_word(installation.keys.address_mac, campaign.code, recipient.unit),
        "typed_at": config.public_url + "/m",
    }
    if coded is None:
        return letters.written("reminder_without_link", values, rehearsal=campaign.rehearsal)
    long, short = coded
    name = "invitation" if mailing.round == 1 else "reminder"
    values["short"] = ticket_code.grouped(short)
    button = f"{config.public_url}/m/{long}"
    return letters.written(name, values, button, rehearsal=campaign.rehearsal)


def envelope(
    installation: Installation,
    server: MailServer,
    mailing: MailingRound,
    recipient: Recipient,
    at: dt.datetime,
) -> Envelope:
    """Return whom a letter goes to; a reminder answers the invitation, so that both stand together."""
    first = _message_id(installation, server, mailing, recipient, 1)
    this = _message_id(installation, server, mailing, recipient, mailing.round)
    whom = ((recipient.name, recipient.email),)
    return Envelope(whom, at, this, None if mailing.round == 1 else first)


def _message_id(
    installation: Installation, server: MailServer, mailing: MailingRound, recipient: Recipient, number: int
) -> str:
    """Return the same id for the same letter, so that none has to be kept."""
    what = f"{mailing.campaign.code}/{mailing.number}/{recipient.line}/{number}".encode()
    return f"<{_digest(installation.keys, b'message', what)[:HASH_BYTES].hex()}@{server.domain}>"


def _digest(keys: Keys, purpose: bytes, value: bytes) -> bytes:
    return hmac.digest(keys.invitation, purpose + b"\0" + value, hashlib.sha256)
