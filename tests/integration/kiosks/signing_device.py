"""A kiosk's device as a program: it packs, encrypts and signs as the scripts of the kiosk's page do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from forms.questionnaire import load_questionnaire
from survey.keys import Keys, private_key
from survey.services.kiosks.encrypted_records import CODE_LETTERS, EncryptedRecord
from tests.support import scene

QUESTIONS = load_questionnaire("bhxh-2024@1")


def text(content: bytes) -> str:
    """Bytes as a device writes them in JSON."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half of a key in 33 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def packed(key: bytes, fields: Mapping[str, str], code: str = "") -> bytes:
    """Answers as marks, as ``kiosk/packing.js`` packs them."""
    rated = [item.field for item in (*QUESTIONS.items, QUESTIONS.overall)]
    about = [question.field for question in QUESTIONS.profile]
    nibbles = [int(fields[name]) if name in fields else 15 for name in rated]
    nibbles += [15] * (len(nibbles) % 2)
    number = 0
    for letter in code:
        number = number << 5 | CODE_LETTERS.index(letter)
    comment = fields.get("comment", "").encode()
    whole = b"".join(
        (
            b"\x01",
            key,
            (number | 1 << 60 if code else 0).to_bytes(8, "big"),
            bytes((len(rated), len(about))),
            bytes(high << 4 | low for high, low in zip(nibbles[::2], nibbles[1::2], strict=True)),
            "".join(fields.get(name, "-") for name in about).encode(),
            len(comment).to_bytes(2, "big"),
            comment,
        )
    )
    return whole.ljust(256, b"\0") if comment else whole


@dataclass(frozen=True)
class SigningDevice:
    """An enrolled device with its two keys; what it says is whatever a test lets it say."""

    keys: Keys
    number: int
    key: bytes = b"\x07" * 32
    campaign: str = scene.CODE
    signing: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def sign(self, message: bytes) -> bytes:
        """The device's signature, as browsers write it."""
        pair = decode_dss_signature(self.signing.sign(message, ec.ECDSA(SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in pair)

    def encrypted(self, number: int, plain: bytes) -> bytes:
        """Bytes that only the service reads, at the place of a record."""
        service, own = private_key(self.keys.kiosk_records), ec.generate_private_key(ec.SECP256R1())
        info = b"hailong kiosk record 1\n" + point(own) + point(service)
        derived = HKDF(SHA256(), 44, None, info).derive(own.exchange(ec.ECDH(), service.public_key()))
        place = f"{self.campaign}/{self.number}/{number}".encode()
        return point(own) + AESGCM(derived[:32]).encrypt(derived[32:], plain, place)

    def record(
        self, number: int, fields: Mapping[str, str], key: bytes = b"", code: str = ""
    ) -> EncryptedRecord:
        """A record as it lies on the device."""
        key = key or hashlib.sha256(f"record {number}".encode()).digest()[:16]
        return self.signed(number, self.encrypted(number, packed(key, fields, code)))

    def signed(self, number: int, content: bytes) -> EncryptedRecord:
        """A record whose content a test made up."""
        place = f"hailong kiosk record 1\n{self.campaign}\n{self.number}\n{number}\n".encode()
        return EncryptedRecord(number, content, self.sign(place + content))

    def beat(self, issued: int, waiting: int = 0, overdue: int = 0) -> dict[str, Any]:
        """What the device says of itself."""
        words = ("hailong kiosk heartbeat 1", self.campaign, self.number, issued, waiting, overdue)
        signature = self.sign("\n".join(map(str, words)).encode())
        return {"issued": issued, "waiting": waiting, "overdue": overdue, "signature": text(signature)}

    @property
    def voucher(self) -> bytes:
        """What proves the signing key in a file."""
        hashed = hashlib.sha256(self.key).digest()
        return hmac.digest(hashed, b"hailong kiosk signing key 1\n" + point(self.signing), "sha256")[:16]

    def file(self, *records: EncryptedRecord, **changes: Any) -> bytes:
        """A file of records as the device writes it."""
        said = {
            "format": "hailong kiosk file 3",
            "campaign": self.campaign,
            "kiosk": self.number,
            "records": len(records),
            "signing_key": text(point(self.signing)),
            "voucher": text(self.voucher),
            "encrypted": text(series(*records)),
        }
        return json.dumps({**said, **changes}).encode()


def series(*records: EncryptedRecord) -> bytes:
    """Records one after the other."""
    return b"".join(
        each.number.to_bytes(4, "big") + each.signature + len(each.content).to_bytes(2, "big") + each.content
        for each in records
    )


def body(record: EncryptedRecord) -> dict[str, Any]:
    """A record as the body of a request."""
    return {"number": record.number, "record": text(record.content), "signature": text(record.signature)}
