"""The code on a counter's screen: another one each minute, ten letters that are scanned or typed.

Two letters lead to the counter, seven are a keyed hash of campaign, unit, counter, screen and minute (35 bits), the
last one finds a wrong letter and two neighbours swapped. Nothing is kept about a code until it is spent: who has the
secret makes it again. Within a minute a screen has one code, however often it is asked for, so that a
reload gives nobody a second one. It can be guessed online only, while a handful of codes of a counter live.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from forms import ticket_code
from forms.ticket_code import ALPHABET

LEAD, PROOF = 2, 7
LENGTH = LEAD + PROOF + 1
LEADS = len(ALPHABET) * len(ALPHABET)
_PURPOSE = b"hailong screen code 1\0"
_LETTER_OF_BYTE = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen at a counter; ``counter_index`` is the counter's among all of its campaign, ``number`` tells its screens apart."""

    campaign: str
    unit: str
    counter: int
    counter_index: int
    number: int


def issue(secret: bytes, screen: Screen, minute: int) -> str:
    """Return the plain code that a screen shows in that minute."""
    counter_index = screen.counter_index % LEADS
    lead = ALPHABET[counter_index // len(ALPHABET)] + ALPHABET[counter_index % len(ALPHABET)]
    body = lead + proof(secret, screen, minute).decode()
    return body + ticket_code.checks(body)[1]


def proof(secret: bytes, screen: Screen, minute: int) -> bytes:
    """Return the letters of that minute's code that nobody without the secret knows."""
    message = f"{screen.campaign}.{screen.unit}.{screen.counter}.{screen.number}.{minute}"
    digest = hmac.digest(secret, _PURPOSE + message.encode(), "sha256")
    return digest[:PROOF].translate(_LETTER_OF_BYTE)


def proof_in(code: str) -> bytes:
    """Return those letters of a plain code."""
    return code[LEAD : LEAD + PROOF].encode()


def read(text: str) -> str | None:
    """Return the plain code that a text writes, None where it is none or holds a slip of the pen."""
    code = ticket_code.plain(text)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    return code if code[-1] == ticket_code.checks(code[:-1])[1] else None


def is_of(code: str, counter_index: int) -> bool:
    """Return whether a plain code leads to the counter of that index, or to another one a thousand further on."""
    first, second = (ALPHABET.index(letter) for letter in code[:LEAD])
    return first * len(ALPHABET) + second == counter_index % LEADS


def grouped(code: str) -> str:
    """Return a code in two groups of five, as it is shown and read aloud."""
    return f"{code[:5]}-{code[5:]}"
