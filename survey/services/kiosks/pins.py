"""The PIN of a kiosk, which lets the office's people leave it: it follows from the secret and is kept nowhere."""

from __future__ import annotations

import hashlib
import hmac

from survey.services.installation.campaign_records import CampaignRecord

DIGITS = 6
ROUNDS = 100_000


def digits(secret: bytes, campaign: CampaignRecord, number: int) -> str:
    """Return the digits that let the office's people leave a kiosk; they follow from the secret."""
    digest = hmac.digest(secret, f"pin {campaign.code}/{number}".encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 10**DIGITS:0{DIGITS}}"


def check(secret: bytes, campaign: CampaignRecord, number: int) -> str:
    """Return, as hex, what a device compares typed digits with when there is no network."""
    typed = digits(secret, campaign, number).encode()
    return hashlib.pbkdf2_hmac("sha256", typed, salt(campaign, number), ROUNDS).hex()


def salt(campaign: CampaignRecord, number: int) -> bytes:
    """Return the salt of a kiosk's PIN."""
    return f"hailong kiosk {campaign.code}/{number}".encode()
