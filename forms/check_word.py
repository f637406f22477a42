"""The check word of a unit: two plain words that stand on its posters and at the head of its page.

A person compares words more readily than letters and digits. The two words derive from the secret by a
keyed hash, one pair for each unit of a campaign, so that whoever puts up a code of their own cannot know
the pair beforehand. It proves little to somebody who was led to a copied page; the address does that, and
whoever doubts a poster has it checked (``survey/web/posters.py``).
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from forms.text_tables import read_texts

_PURPOSE = b"hailong check word 1\0"
WORDS: tuple[str, ...] = tuple(read_texts(Path(__file__).with_name("check_words.toml"))["words"])


def check_word(secret: bytes, campaign: str, unit: str) -> str:
    """Return the check word of a unit: two different words in capitals."""
    digest = hmac.digest(secret, _PURPOSE + f"{campaign}\0{unit}".encode(), hashlib.sha256)
    first, second = digest[0] % len(WORDS), digest[1] % (len(WORDS) - 1)
    second += second >= first
    return f"{WORDS[first]} {WORDS[second]}".upper()
