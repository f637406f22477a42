"""The proof on every page: campaign, unit, serial and page, which nobody else can write.

The text reads ``<CAMPAIGN>.<UNIT>.<SERIAL>.<PAGE>.<MAC>`` in capitals, so that its QR code needs only 5.5 bits
a letter. The MAC is HMAC-SHA256 cut to 80 bits, over the text and the layout's fingerprint: a sheet printed
from another geometry has no valid proof, so its boxes are never looked for in the wrong places.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass

from forms.address_mac import InvalidMac

MAC_BYTES, MAC_LETTERS = 10, 16
LONGEST_TEXT = 120
MOST_SERIAL = 999_999
_PURPOSE = b"hailong paper form 1\0"
_TEXT = re.compile(
    r"(?P<campaign>[A-Z0-9]+(?:-[A-Z0-9]+)*)\.(?P<unit>[A-Z0-9]+(?:-[A-Z0-9]+)*)"
    r"\.(?P<serial>[0-9]{6})\.(?P<page>[1-9])\.(?P<mac>[A-Z2-7]{16})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class PageIdentity:
    """What one printed page says of itself."""

    campaign: str
    unit: str
    serial: int
    page: int


def format_serial(serial: int) -> str:
    """Return a serial as it is printed; outside 1 to 999999 it is a ValueError."""
    if not 1 <= serial <= MOST_SERIAL:
        raise ValueError(f"no serial: {serial}")
    return f"{serial:06d}"


def parse_claim(text: str) -> PageIdentity | None:
    """Return what a code's text claims, proven or not; None if it is not of this form."""
    match = _TEXT.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    if match is None or int(match["serial"]) == 0:
        return None
    return PageIdentity(
        match["campaign"].lower(), match["unit"].lower(), int(match["serial"]), int(match["page"])
    )


class FormProof:
    """Writes and checks proofs with one secret of at least 16 bytes."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        """Keep the secret; a short one is a ValueError."""
        if len(secret) < 16:
            raise ValueError("a proof needs a secret of at least 16 bytes")
        self._secret = secret

    def write(self, sheet: PageIdentity, fingerprint: str) -> str:
        """Return the text of a page's codes; names that cannot be spelled are a ValueError."""
        body = f"{sheet.campaign}.{sheet.unit}.{format_serial(sheet.serial)}.{sheet.page}".upper()
        if parse_claim(f"{body}.{'A' * MAC_LETTERS}") != sheet:
            raise ValueError(f"cannot sign {body!r}")
        return f"{body}.{self._mac(body, fingerprint)}"

    def verify(self, text: str, fingerprint: str) -> PageIdentity:
        """Return the page that this text proves for this layout, or raise InvalidMac."""
        sheet = parse_claim(text)
        body, _, mac = text.rpartition(".")
        if sheet is None or not hmac.compare_digest(self._mac(body, fingerprint), mac):
            raise InvalidMac("not printed here for this layout")
        return sheet

    def proves(self, text: str, fingerprint: str) -> bool:
        """Return whether a text is a proof of this office's for this layout."""
        try:
            self.verify(text, fingerprint)
        except InvalidMac:
            return False
        return True

    def _mac(self, body: str, fingerprint: str) -> str:
        message = _PURPOSE + fingerprint.encode("ascii") + b"\0" + body.encode("ascii")
        return base64.b32encode(hmac.digest(self._secret, message, "sha256")[:MAC_BYTES]).decode("ascii")
