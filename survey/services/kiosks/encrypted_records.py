"""A kiosk's record as it lies on the device: encrypted for the service alone, signed by the device with its number.

The device draws a pair of keys on P-256 for each record, agrees with the service's public key on a secret and throws
the private half away, so that it cannot read its own records. From the secret follow a key and a nonce of AES-GCM,
by HKDF; campaign, kiosk and number are authenticated with the record. Inside are the packed marks, not the fields of a form, and
zeros up to one of a few sizes: the length of a comment would tell whose it is.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from forms import answers
from forms.answers import BLANK, AnswerSheet
from forms.questionnaire import Questionnaire
from survey.errors import Refusal
from survey.keys import Keys, private_key
from survey.services.kiosks.signatures import POINT_BYTES, SIGNATURE_BYTES, is_signed

PURPOSE = b"hailong kiosk record 1\n"
KEY_BYTES, CIPHER_KEY_BYTES, CIPHER_NONCE_BYTES = 16, 32, 12
MARKS_PACKED, FIELDS_PACKED = 1, 2
MARK_SIGNS = "012345"
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH, CODE_BYTES, WITH_CODE = 12, 8, 1 << 60
LONGEST = 16_384


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """A record as its device packed it: its key and number, the answers, the code of a card or nothing."""

    key: str
    number: int
    sheet: AnswerSheet
    code: str = ""


@dataclass(frozen=True, slots=True)
class EncryptedRecord:
    """A record as the device keeps it and hands it over."""

    number: int
    content: bytes
    signature: bytes


def message_of(campaign: str, kiosk: int, record: EncryptedRecord) -> bytes:
    """Return what the device signs: whose record it is, its number and all that was encrypted."""
    return PURPOSE + f"{campaign}\n{kiosk}\n{record.number}\n".encode() + record.content


def opened(
    keys: Keys, q: Questionnaire, ref: tuple[str, int], record: EncryptedRecord, signing_key: bytes
) -> DeviceRecord:
    """Return what a record says that the kiosk *ref* (campaign, number) signed.

    Raises:
        Refusal: ``kiosk_signature_bad``; ``kiosk_record_bad`` when nobody can read it.
        FaultyInstrument: when it holds no answers to the questionnaire.
    """
    if not is_signed(signing_key, message_of(*ref, record), record.signature):
        raise Refusal("kiosk_signature_bad")
    try:
        return _unpacked(q, record.number, _plain(keys, ref, record))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise Refusal("kiosk_record_bad") from error


def _plain(keys: Keys, ref: tuple[str, int], record: EncryptedRecord) -> bytes:
    if len(record.content) > LONGEST:
        raise ValueError("longer than any record")
    point, encrypted = record.content[:POINT_BYTES], record.content[POINT_BYTES:]
    ours = private_key(keys.kiosk_records)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    both = point + ours.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    length = CIPHER_KEY_BYTES + CIPHER_NONCE_BYTES
    derived = HKDF(SHA256(), length, None, PURPOSE + both).derive(ours.exchange(ec.ECDH(), theirs))
    place = f"{ref[0]}/{ref[1]}/{record.number}".encode()
    try:
        return AESGCM(derived[:CIPHER_KEY_BYTES]).decrypt(derived[CIPHER_KEY_BYTES:], encrypted, place)
    except InvalidTag as error:
        raise ValueError("not encrypted for this service, or of another place") from error


def _unpacked(q: Questionnaire, number: int, plain: bytes) -> DeviceRecord:
    if plain[0] == FIELDS_PACKED:
        length = int.from_bytes(plain[1:3], "big")
        return of_fields(q, number, json.loads(plain[3 : 3 + length]))
    if plain[0] != MARKS_PACKED:
        raise ValueError("no way of packing of ours")
    reader = Reader(plain, 1)
    key = base64.urlsafe_b64encode(reader.take(KEY_BYTES)).decode().rstrip("=")
    code = _code(int.from_bytes(reader.take(CODE_BYTES), "big"))
    marks_count, profile_count = reader.take(2)
    marks = _marks(reader.take((marks_count + 1) // 2), marks_count)
    profile = reader.take(profile_count).decode("ascii")
    comment = reader.take(int.from_bytes(reader.take(2), "big")).decode()
    fields = answers.to_fields(q, AnswerSheet(marks, profile, comment))
    return DeviceRecord(key, number, answers.read_fields(q, fields), code)


def of_fields(q: Questionnaire, number: int, said: object) -> DeviceRecord:
    """Read a record as devices sent it before they encrypted, and as they pack what has no marks of this questionnaire.

    Raises:
        ValueError, KeyError, TypeError: when it is no such record.
        FaultyInstrument: when the fields are no answers to the questionnaire.
    """
    if not isinstance(said, dict) or not isinstance(said["fields"], dict):
        raise TypeError("no record of ours")
    if not all(isinstance(value, str) for value in said["fields"].values()):
        raise TypeError("no fields of ours")
    fields = {name: [value] for name, value in said["fields"].items()}
    key, code = printable(said["key"]), printable(said.get("code", ""))
    return DeviceRecord(key, number, answers.read_fields(q, fields), code)


def printable(value: object) -> str:
    """Return a text that can be written down: JSON can name halves of letters.

    Raises:
        ValueError: when it is none.
    """
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError("no text of ours")
    return value


class Reader:
    """Bytes that are taken one piece after the other; what is cut off is a ValueError."""

    def __init__(self, content: bytes, at: int) -> None:
        self._content, self._at = content, at

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        piece = self._content[self._at : self._at + count]
        if len(piece) != count:
            raise ValueError("cut off")
        self._at += count
        return piece

    def rest(self) -> bytes:
        """Return all that was not taken."""
        return self._content[self._at :]


def _marks(packed: Sequence[int], count: int) -> str:
    nibbles = [nibble for byte in packed for nibble in (byte >> 4, byte & 15)][:count]
    signs = (*MARK_SIGNS, *("?" * (15 - len(MARK_SIGNS))), BLANK)
    return "".join(signs[nibble] for nibble in nibbles)


def _code(number: int) -> str:
    if not number & WITH_CODE:
        return ""
    places = range(5 * (CODE_LENGTH - 1), -1, -5)
    return "".join(CODE_LETTERS[number >> place & 31] for place in places)


def series_of(content: bytes) -> list[EncryptedRecord]:
    """Return records that stand one after the other: number, signature, length, content.

    Raises:
        ValueError: when something is cut off.
    """
    records = []
    reader = Reader(content, 0)
    while reader.rest():
        number, signature = int.from_bytes(reader.take(4), "big"), reader.take(SIGNATURE_BYTES)
        records.append(EncryptedRecord(number, reader.take(int.from_bytes(reader.take(2), "big")), signature))
    return records
