"""The leaf that stands for one accepted response in the ledger.

The leaf hash follows RFC 6962, section 2.1: SHA-256 over a zero byte and the entry. The entry is the
JSON of the response's columns, canonical in the sense of RFC 8785 for the only values that occur here
(ASCII keys, strings and integers): sorted keys, no white space, UTF-8.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

LEAF_PREFIX = b"\x00"


def canonical(record: Mapping[str, str | int]) -> bytes:
    r"""Return the one byte string that stands for *record*.

    >>> canonical({"b": 1, "a": "é"})
    b'{"a":"\xc3\xa9","b":1}'
    """
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def leaf_hash(record: Mapping[str, str | int]) -> bytes:
    """Return the 32-byte leaf hash of *record*."""
    return hashlib.sha256(LEAF_PREFIX + canonical(record)).digest()
