"""An office's key and certificate, made for a test, and what pyHanko's validator says of a signed file."""

from __future__ import annotations

import datetime as dt
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from survey.documents.signing.signing import Identity

HOLDER = "Bảo hiểm xã hội tỉnh Bình Định"
PASSPHRASE = "một câu chỉ dùng để thử"
FIRST, LAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2090, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Office:
    """A key that only its owner can read, and its certificate."""

    identity: Identity
    certificate: x509.Certificate

    def verdict(self, signed: bytes) -> PdfSignatureStatus:
        """What the validator says of the only signature in a file, with this office's certificate trusted."""
        (found,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
        roots = list(load_certs_from_pemder_data(self.certificate.public_bytes(Encoding.DER)))
        # In a thread of its own: the validator starts an event loop, and the tests in a browser have one running.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(validate_pdf_signature, found, ValidationContext(trust_roots=roots)).result()


def office(
    folder: Path,
    *,
    first: dt.datetime = FIRST,
    last: dt.datetime = LAST,
    signs: bool = True,
    with_key: bool = True,
) -> Office:
    """Write a key and its passphrase into *folder*, as an authority hands them out."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOLDER)])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(2024).not_valid_before(first).not_valid_after(last)
    usage = dict.fromkeys(
        ("data_encipherment", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False
    )
    usage |= {"digital_signature": signs, "content_commitment": signs}
    usage |= {"key_encipherment": False, "key_agreement": not signs}
    certificate = made.add_extension(x509.KeyUsage(**usage), critical=True).sign(key, SHA256())
    chosen = BestAvailableEncryption(PASSPHRASE.encode())
    content = pkcs12.serialize_key_and_certificates(
        b"office", key if with_key else None, certificate if with_key else None, [certificate], chosen
    )
    identity = Identity(folder / "office.p12", folder / "passphrase")
    identity.pkcs12.write_bytes(content)
    identity.passphrase.write_text(PASSPHRASE + "\n", "utf-8")
    for path in (identity.pkcs12, identity.passphrase):
        path.chmod(0o600)
    return Office(identity, certificate)
