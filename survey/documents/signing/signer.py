"""The child process that signs a PDF: ``python -m survey.documents.signing.signer``, one JSON request on standard input.

The signature is a PAdES baseline one without an appearance, so that the printed page stays dot by dot what the
reader of scans expects. It certifies the file: what is changed afterwards shows, further signatures excepted.
"""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

FIELD = "HaiLong"


def main(asked: dict[str, str]) -> None:
    """Sign what is asked for, or raise."""
    signer = signers.SimpleSigner.load_pkcs12_data(
        Path(asked["pkcs12"]).read_bytes(),
        other_certs=(),
        passphrase=Path(asked["passphrase"]).read_bytes().rstrip(b"\r\n"),
    )
    about = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        reason=asked["reason"],
        location=asked["place"],
    )
    with Path(asked["unsigned"]).open("rb") as unsigned, Path(asked["out"]).open("w+b") as out:
        signers.sign_pdf(IncrementalPdfFileWriter(unsigned), about, signer=signer, output=out)


if __name__ == "__main__":
    try:
        main(json.load(sys.stdin))
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            sys.stdout.write("paper_disk_full")
        raise
