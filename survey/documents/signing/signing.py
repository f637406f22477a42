"""Signs a PDF with the office's certificate, in the form that readers verify (PAdES).

The key is a PKCS#12 file outside the database, its passphrase stands in a file beside it. What is wrong with
either is found here, before anything is printed. The signature itself is made by a child process
(``survey.documents.signing.signer``): pyHanko is optional, takes a second to load, and so burdens nobody who signs nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import pkcs12

from survey.errors import Fault, Refusal

SECONDS = 120
PLACE = "sign"
DISK_FULL = "paper_disk_full"
_ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Identity:
    """Where the office's key and the passphrase that opens it are."""

    pkcs12: Path
    passphrase: Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """Whose signature it is: the holder's name and the SHA-256 of the certificate in hexadecimal."""

    holder: str
    fingerprint: str


def check(identity: Identity | None, now: dt.datetime) -> Certificate:
    """Return the certificate that would sign at *now*.

    Raises:
        Refusal: ``sign_refused`` with what stands against it: ``sign_not_configured``,
            ``sign_not_installed``, ``sign_file_missing``, ``sign_file_readable``, ``sign_not_opened``
            (a wrong passphrase, or no PKCS#12 file), ``sign_no_key``, ``sign_not_valid``, ``sign_not_for_signing``.
    """
    if identity is None:
        raise _refused("sign_not_configured")
    if find_spec("pyhanko") is None:
        raise _refused("sign_not_installed")
    content, passphrase = (_secret(path) for path in (identity.pkcs12, identity.passphrase))
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, passphrase.rstrip(b"\r\n"))
    except ValueError as error:
        raise _refused("sign_not_opened", file=identity.pkcs12.name) from error
    if key is None or certificate is None:
        raise _refused("sign_no_key", file=identity.pkcs12.name)
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= now <= last:
        raise _refused("sign_not_valid", first=f"{first:%d/%m/%Y}", last=f"{last:%d/%m/%Y}")
    if not _may_sign(certificate):
        raise _refused("sign_not_for_signing", holder=_holder(certificate))
    return Certificate(_holder(certificate), certificate.fingerprint(SHA256()).hex())


def sign(identity: Identity, unsigned: Path, out: Path, *, reason: str, place: str) -> None:
    """Write the file *unsigned* with a signature to *out*; :func:`check` comes first.

    Raises:
        Refusal: ``sign_refused`` with ``paper_disk_full`` or ``sign_failed``; *out* is not there then.
    """
    asked = {
        "pkcs12": str(identity.pkcs12),
        "passphrase": str(identity.passphrase),
        "unsigned": str(unsigned),
        "out": str(out),
        "reason": reason,
        "place": place,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "survey.documents.signing.signer"],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        out.unlink(missing_ok=True)
        raise _refused("sign_failed", why=f"> {SECONDS} s") from error
    if done.returncode:
        out.unlink(missing_ok=True)
        raise _refused(*_why(done.stdout, done.stderr))


def _why(report: str, errors: str) -> tuple[str, str]:
    """Return the code that the child process told, or the last line of what it died of."""
    if report == DISK_FULL:
        return DISK_FULL, ""
    return "sign_failed", (errors.strip().splitlines() or ["?"])[-1][:200]


def _secret(path: Path) -> bytes:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        content = path.read_bytes()
    except OSError as error:
        raise _refused("sign_file_missing", file=str(path)) from error
    if mode & 0o077:
        raise _refused("sign_file_readable", file=str(path))
    return content


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


def _holder(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def _refused(code: str, why: str = "", **details: str) -> Refusal:
    return Refusal("sign_refused", [Fault(code, PLACE, {**details, "why": why})])
