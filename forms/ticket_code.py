"""One-time codes: 130 random bits for a QR code, 50 for the same card's short code that is typed by hand.

Both are written in Crockford's alphabet, which has no I, L, O and U, and end in two check letters over the
field of 32 elements: they find every wrong letter, every two wrong letters and every two letters swapped. So a
slip of the pen is told as one, and only whole codes are looked up. The short code can be guessed online
only, at 2^50 tries divided by the cards that are out.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LONG, SHORT, CHECKS = 26, 10, 2
BITS = 5
_LOOK_ALIKE = str.maketrans("ILO", "110", "-._–")
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, whose root generates the field


def fresh_long() -> str:
    """Return a new code for a QR code, plain."""
    return _with_checks("".join(secrets.choice(ALPHABET) for _ in range(LONG)))


def fresh_short() -> str:
    """Return a new code to be typed, plain."""
    return _with_checks("".join(secrets.choice(ALPHABET) for _ in range(SHORT)))


def pair_from(seed: bytes) -> tuple[str, str]:
    """Return the long and the short code that 180 bits of *seed* make, plain; the same seed gives the same two.

    Raises:
        ValueError: where the seed is too short.
    """
    if len(seed) * 8 < BITS * (LONG + SHORT):
        raise ValueError("the seed is too short")
    number = int.from_bytes(seed, "big")
    letters = "".join(ALPHABET[number >> BITS * index & 31] for index in range(LONG + SHORT))
    return _with_checks(letters[:LONG]), _with_checks(letters[LONG:])


def grouped(code: str) -> str:
    """Return a code in groups of four, as it is printed and read aloud."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def read(text: str) -> str | None:
    """Return the plain code that a text writes, long or short, or None where it holds a slip of the pen."""
    code = plain(text)
    if len(code) not in {LONG + CHECKS, SHORT + CHECKS} or not set(code) <= set(ALPHABET):
        return None
    return code if code == _with_checks(code[:-CHECKS]) else None


def plain(text: str) -> str:
    """Return a text in capitals, without blanks and hyphens, its letters outside the alphabet read as what they look like."""
    return "".join(text.upper().split()).translate(_LOOK_ALIKE)


def checks(body: str) -> str:
    """Return the check letters of a body: the sum of its letters, and their sum weighted by the powers of the root."""
    total = weighted = 0
    for letter in body:
        value = ALPHABET.index(letter)
        total ^= value
        weighted = _doubled(weighted) ^ value
    return ALPHABET[total] + ALPHABET[_doubled(weighted)]


def _with_checks(body: str) -> str:
    return body + checks(body)


def _doubled(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 32 else value
