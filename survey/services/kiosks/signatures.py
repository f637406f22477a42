"""Who said it: a device signs its records and its counts, the service its receipts, on P-256 with SHA-256.

The device's private key cannot be taken out of its browser by any script; the service knows the public half. What
proves that half to be the device's is the device's key, whose hash the service has kept since the enrolment.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from survey.errors import Refusal
from survey.keys import Keys, private_key

POINT_BYTES = 33
SIGNATURE_BYTES = 64
VOUCHER_BYTES = 16
VOUCHER = b"hailong kiosk signing key 1\n"
ALGORITHM = ec.ECDSA(SHA256())


def public_point(key: bytes) -> str:
    """Return the public half of a key of the service, as base64url of the 65 bytes that a browser reads."""
    point = private_key(key).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def compressed(point: bytes) -> bytes:
    """Return a public key as it is kept, in 33 bytes.

    Raises:
        Refusal: ``kiosk_signing_key_bad`` when it is no point of the curve.
    """
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise Refusal("kiosk_signing_key_bad") from error
    return public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def is_signed(signing_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether the holder of a public key's other half signed the message."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    half = SIGNATURE_BYTES // 2
    pair = (int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), signing_key)
    try:
        public.verify(encode_dss_signature(*pair), message, ALGORITHM)
    except InvalidSignature:
        return False
    return True


def is_vouched(key_hash: bytes, signing_key: bytes, voucher: bytes) -> bool:
    """Say whether the device of this key's hash vouches for a signing key, in a file that names it."""
    genuine = hmac.digest(key_hash, VOUCHER + signing_key, hashlib.sha256)[:VOUCHER_BYTES]
    return hmac.compare_digest(genuine, voucher)


def signed(keys: Keys, message: bytes) -> str:
    """Return the service's signature of a receipt, as base64url."""
    half = SIGNATURE_BYTES // 2
    numbers = decode_dss_signature(private_key(keys.kiosk_receipts).sign(message, ALGORITHM))
    joined = b"".join(number.to_bytes(half, "big") for number in numbers)
    return base64.urlsafe_b64encode(joined).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    """Return what base64 or base64url says, padded or not.

    Raises:
        ValueError: when it is neither.
    """
    plain = text.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
