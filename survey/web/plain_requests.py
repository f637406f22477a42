"""What reaches a view of a request: ASCII in the query, text that both databases hold, numbers that a column holds."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter, ValidationError

LARGEST_WHOLE = 2**31 - 1
MOST_DIGITS = len(str(LARGEST_WHOLE))
# PostgreSQL keeps no NUL in text; no keyboard writes one. It shows as what it is: a sign that cannot be read.
NUL, UNREADABLE = "\0", "\N{REPLACEMENT CHARACTER}"


class ReadableFields(ImmutableMultiDict[str, Any]):
    """The fields of a query or a form, every text of which a database can hold."""

    def __init__(
        self, mapping: Mapping[str, Any] | Iterable[tuple[str, Any]] | MultiDict[str, Any] | None = None
    ) -> None:
        sent = MultiDict(mapping).items(multi=True)
        super().__init__([(_readable(name), _readable(value)) for name, value in sent])


class PlainRequest(Request):
    """A request whose query is ASCII: other bytes are quoted, as browsers do, instead of being a defect."""

    parameter_storage_class = ReadableFields

    def __init__(self, environ: dict[str, Any], *args: Any, **options: Any) -> None:
        query = environ.get("QUERY_STRING", "")
        if not query.isascii():
            environ["QUERY_STRING"] = quote(query.encode("latin-1"), safe=string.punctuation)
        super().__init__(environ, *args, **options)


class ColumnInteger(IntegerConverter):
    """A number in an address: one that a column of the databases can hold; others are no address of ours."""

    def __init__(
        self, url_map: Map, fixed_digits: int = 0, least: int = 0, most: int = LARGEST_WHOLE
    ) -> None:
        super().__init__(url_map, fixed_digits, least, most)


class ColumnText(UnicodeConverter):
    """A text in an address: one that a column of the databases can hold; others are no address of ours."""

    def to_python(self, value: str) -> str:
        """Return the text as it is.

        Raises:
            ValidationError: for one with a NUL; the address is then unknown.
        """
        if NUL in value:
            raise ValidationError
        return value


def whole_number(typed: str) -> int | None:
    """Return the number that somebody typed, None where that is none or no column holds it."""
    digits = typed.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        return None
    number = int(typed)
    return number if abs(number) <= LARGEST_WHOLE else None


def _readable(value: Any) -> Any:
    return value.replace(NUL, UNREADABLE) if isinstance(value, str) else value
