"""A page that is rendered once and sent many times with only its slots filled anew.

All that stands before the first slot is compressed once; a visit copies that compressor's state and
compresses only what follows. So the slots belong near the end of the page.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
import zlib

_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([a-z_]+){_CLOSE}")
_GZIP = 31


def slot(name: str) -> str:
    """Return the mark that stands for a slot while its page is rendered."""
    if not re.fullmatch("[a-z_]+", name):
        raise ValueError(f"not a slot's name: {name!r}")
    return f"{_OPEN}{name}{_CLOSE}"


class PreparedPage:
    """A rendered page with marks for its slots. Immutable after construction, so safe to share."""

    __slots__ = ("_head", "_names", "_prefix", "_started", "_tail", "slots")

    def __init__(self, page: str) -> None:
        """Split the page at its marks and compress all that stands before the first."""
        prefix, *rest = _MARK.split(page)
        self._names = rest[::2]
        self._tail = [text.encode() for text in rest[1::2]]
        self._prefix = prefix.encode()
        self._started = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
        self._head = self._started.compress(self._prefix)
        self.slots = frozenset(self._names)

    def fill(self, **values: str) -> tuple[bytes, bytes]:
        """Return the page with its slots filled, raw and as gzip; values are escaped for HTML.

        Exactly the page's slots must be given, else it is a ValueError.
        """
        if values.keys() != self.slots:
            raise ValueError(f"slots are {sorted(self.slots)}, given {sorted(values)}")
        filled = {name: html.escape(value).encode() for name, value in values.items()}
        parts = zip((filled[name] for name in self._names), self._tail, strict=True)
        tail = b"".join(part for pair in parts for part in pair)
        rest = self._started.copy()
        return self._prefix + tail, self._head + rest.compress(tail) + rest.flush()


def compact_css(source: str) -> str:
    """Return a style sheet without comments and needless blanks; strings must not hold such."""
    bare = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    bare = re.sub(r"\s+", " ", bare)
    bare = re.sub(r" ?([{};,>]) ?", r"\1", bare)
    return re.sub(r"([:]) ", r"\1", bare).replace(";}", "}").strip()


def source_of(text: str) -> str:
    """Return the CSP source expression that allows a style or script element with exactly this text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
