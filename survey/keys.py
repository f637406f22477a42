"""The installation's secret, kept in a file outside the database, and the keys derived from it.

One secret of 32 bytes; each purpose has its own key by HKDF (RFC 5869), so that a key used in one
place says nothing about another.
"""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from survey.errors import Refusal

SECRET_BYTES = 32
NONCE_BYTES = 12
# The order of P-256, and so many bytes that what is left of them by it favours no private key (FIPS 186-5, A.2.1).
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
CANDIDATE_BYTES = 40
# What a key was derived for stands in every printed code, so that it outlives the name of its field.
FIRST_NAMES = {"address_mac": "seal", "form_proof": "paper_seal"}


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """One key for each purpose."""

    address_mac: bytes
    response: bytes
    receipt: bytes
    session: bytes
    password_salt: bytes
    form_proof: bytes
    paper_sample: bytes
    paper_images: bytes
    kiosk: bytes
    kiosk_records: bytes
    kiosk_receipts: bytes
    ticket: bytes
    screen: bytes
    invitation: bytes
    secret_check: bytes


def secret_path(data: Path) -> Path:
    """Return the file that holds the secret of the installation in *data*."""
    return data / "keys" / "secret.hex"


def create(data: Path) -> None:
    """Make the secret where there is none; an existing one is left alone."""
    path = secret_path(data)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())


def load(data: Path) -> Keys:
    """Return the keys of the installation in *data*.

    Raises:
        Refusal: ``keys_missing``; ``keys_readable`` when others may read the file; ``keys_damaged``.
    """
    path = secret_path(data)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("keys_missing", path=str(path)) from error
    if mode & 0o077:
        raise Refusal("keys_readable", path=str(path))
    try:
        secret = bytes.fromhex(text)
    except ValueError as error:
        raise Refusal("keys_damaged", path=str(path)) from error
    if len(secret) != SECRET_BYTES:
        raise Refusal("keys_damaged", path=str(path))
    return Keys(*(_derive(secret, purpose) for purpose in map(_purpose, Keys.__slots__)))


@lru_cache(maxsize=8)
def private_key(key: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the private key on P-256 that follows from *key*: whoever restores the secret has it again."""
    candidate = HKDFExpand(SHA256(), CANDIDATE_BYTES, b"P-256").derive(key)
    number = int.from_bytes(candidate, "big") % (P256_ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def encrypted(key: bytes, plain: bytes) -> bytes:
    """Return *plain* encrypted under *key* by AES-GCM, its nonce before it."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, None)


def decrypted(key: bytes, content: bytes) -> bytes:
    """Return what :func:`encrypted` made of it; refuses like :func:`decrypted_with`."""
    return decrypted_with(key, content[:NONCE_BYTES], content[NONCE_BYTES:])


def decrypted_with(key: bytes, nonce: bytes, content: bytes) -> bytes:
    """Return what was encrypted under *key* by AES-GCM.

    Raises:
        ValueError: when it was encrypted under another key, or changed.
    """
    try:
        return AESGCM(key).decrypt(nonce, content, None)
    except InvalidTag as error:
        raise ValueError("not encrypted under this key") from error


def _purpose(name: str) -> str:
    return FIRST_NAMES.get(name, name)


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"hailong {purpose}".encode()).derive(secret)
