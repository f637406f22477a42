"""The MAC of a counter's address: campaign, unit and counter, which nobody else can write.

The text reads ``<campaign>.<unit>.<counter>.<mac>``, so that an officer can see where a QR code
belongs. The MAC is HMAC-SHA256 cut to 80 bits: it can only be guessed online, and 16 lower-case
letters and digits without 0, 1, 8 and 9 can be typed from a poster.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass

MAC_BYTES = 10
LONGEST_BODY = 120
_PURPOSE = b"hailong counter address 1\0"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_COUNTER = re.compile(r"0|[1-9][0-9]{0,5}", re.ASCII)


class InvalidMac(ValueError):  # noqa: N818  reads as what was met, not as a failure of ours
    """Raised for an address that was changed, cut or written elsewhere."""


@dataclass(frozen=True, slots=True)
class CounterAddress:
    """What a genuine address says."""

    campaign: str
    unit: str
    counter: int


class AddressMac:
    """Writes and verifies addresses with one secret of at least 16 bytes."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        """Keep the secret; a short one is a ValueError."""
        if len(secret) < 16:
            raise ValueError("a MAC needs a secret of at least 16 bytes")
        self._secret = secret

    def write(self, campaign: str, unit: str, counter: int) -> str:
        """Return the text with its MAC, ready for a URL's path.

        Names are lower-case letters, digits and single hyphens; anything else is a ValueError.
        """
        body = f"{campaign}.{unit}.{counter}"
        if _split(body) is None:
            raise ValueError(f"cannot seal {body!r}")
        return f"{body}.{self._mac(body)}"

    def verify(self, text: str) -> CounterAddress:
        """Return what the text says, or raise InvalidMac unless this very text was written here."""
        body, _, mac = text.rpartition(".")
        counter = _split(body)
        if counter is None or not self._is_genuine(body, mac):
            raise InvalidMac("not written here")
        return counter

    def _is_genuine(self, body: str, mac: str) -> bool:
        return hmac.compare_digest(self._mac(body).encode(), mac.encode("utf-8", "replace"))

    def _mac(self, body: str) -> str:
        digest = hmac.digest(self._secret, _PURPOSE + body.encode("ascii"), "sha256")
        return base64.b32encode(digest[:MAC_BYTES]).decode("ascii").lower()


def _split(body: str) -> CounterAddress | None:
    parts = body.split(".") if len(body) <= LONGEST_BODY else []
    if len(parts) != 3:
        return None
    campaign, unit, counter = parts
    if not (_NAME.fullmatch(campaign) and _NAME.fullmatch(unit) and _COUNTER.fullmatch(counter)):
        return None
    return CounterAddress(campaign, unit, int(counter))
