"""Receipt codes: what a citizen is given once an answer is safely kept.

A code is derived from the response's key by a keyed hash, so that it need not be stored and leads
from nobody to any row; its last part is a check that only the service can have made.
"""

from __future__ import annotations

import hashlib
import hmac

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to misread
BODY, CHECK = 8, 4
LOOK_ALIKE = str.maketrans("ILO", "110")


def issue(key: bytes, response_key: bytes) -> str:
    """Return the receipt code of a response: twelve characters in groups of four."""
    body = _letters(hmac.digest(key, b"body" + response_key, hashlib.sha256), BODY)
    return _grouped(body + _check(key, body))


def read(key: bytes, text: str) -> str | None:
    """Return the code that *text* writes, or None when the service never gave it out."""
    plain = "".join(c for c in text.upper().translate(LOOK_ALIKE) if c.isalnum())
    body, check = plain[:BODY], plain[BODY:]
    if len(plain) != BODY + CHECK or not plain.isascii() or not hmac.compare_digest(check, _check(key, body)):
        return None
    return _grouped(plain)


def _check(key: bytes, body: str) -> str:
    return _letters(hmac.digest(key, b"check" + body.encode(), hashlib.sha256), CHECK)


def _letters(digest: bytes, count: int) -> str:
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:count])


def _grouped(plain: str) -> str:
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4))
