"""Receipts: what a citizen is given once an answer is safely kept, and what a submission is known again by.

Both follow from the submission's idempotency key by keyed hashes. The service does not keep that key, so a receipt
leads to its unit and to no answer: not even who has the database and the secret finds a row by it. A code's last
part is a check that only the service can have made.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from sqlalchemy import select

from survey.keys import Keys
from survey.models import Campaign, Receipt
from survey.services.installation.installation import Installation

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to misread
BODY, CHECK = 8, 4
LOOK_ALIKE = str.maketrans("ILO", "110")
KEY_BYTES, BODY_BYTES = 16, 5
LETTER_BITS = 5
LAST = b"\xff" * (KEY_BYTES - BODY_BYTES)


@dataclass(frozen=True, slots=True)
class IssuedReceipt:
    """The code for the citizen, and the key under which the service keeps that it was given out."""

    code: str
    key: bytes


@dataclass(frozen=True, slots=True)
class FoundReceipt:
    """A code that was given out, and whose it is. Nothing is known of what became of the answers."""

    code: str
    campaign: str
    unit: str
    rehearsal: bool


def of_submission(keys: Keys, campaign: str, unit_id: int, idempotency_key: str) -> IssuedReceipt:
    """Return the receipt of what is sent to a unit under an idempotency key; the same key has the same receipt."""
    name = f"{campaign}/{unit_id}/{idempotency_key}".encode()
    return issue(keys.receipt, hmac.digest(keys.response, name, hashlib.sha256)[:KEY_BYTES])


def issue(key: bytes, seed: bytes) -> IssuedReceipt:
    """Return the receipt that follows from a submission's *seed*: twelve characters in groups of four."""
    body = _letters(hmac.digest(key, b"body" + seed, hashlib.sha256), BODY)
    rest = hmac.digest(key, b"key" + seed, hashlib.sha256)[: KEY_BYTES - BODY_BYTES]
    return IssuedReceipt(_grouped(body + _check(key, body)), _packed(body) + rest)


def read(key: bytes, text: str) -> str | None:
    """Return the code that *text* writes, or None when the service never gave it out."""
    plain = _plain(text)
    body, check = plain[:BODY], plain[BODY:]
    if len(plain) != BODY + CHECK or not hmac.compare_digest(check, _check(key, body)):
        return None
    return _grouped(plain)


def find(installation: Installation, text: str) -> FoundReceipt | None:
    """Return whose the code is that *text* writes, None where none such was given out.

    Whatever is asked for, the same is done: the check is computed and the table is searched once.
    """
    code = read(installation.keys.receipt, text)
    first = _packed(_plain(text)[:BODY])
    query = (
        select(Campaign.code, Receipt.unit_id)
        .join(Receipt, Receipt.campaign_id == Campaign.id)
        .where(Receipt.receipt_key.between(first + bytes(KEY_BYTES - BODY_BYTES), first + LAST))
        .limit(1)
    )
    with installation.database.read() as session:
        row = session.execute(query).one_or_none()
    if row is None or code is None:
        return None
    campaign = installation.campaigns.get(row.code)
    return FoundReceipt(code, campaign.plan.title, campaign.unit(row.unit_id).name, campaign.rehearsal)


def _plain(text: str) -> str:
    return "".join(c for c in text.upper().translate(LOOK_ALIKE) if c.isascii() and c.isalnum())


def _check(key: bytes, body: str) -> str:
    return _letters(hmac.digest(key, b"check" + body.encode(), hashlib.sha256), CHECK)


def _letters(digest: bytes, count: int) -> str:
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:count])


def _packed(body: str) -> bytes:
    """Return eight letters as the five bytes that their bits fill; what is no letter of ours counts as the first."""
    bits = 0
    for letter in body.ljust(BODY, ALPHABET[0]):
        bits = bits << LETTER_BITS | max(ALPHABET.find(letter), 0)
    return bits.to_bytes(BODY_BYTES, "big")


def _grouped(plain: str) -> str:
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4))
