"""Files that spreadsheets write and open: CSV read row by row, and cells that would be taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from enum import Enum, auto

# A spreadsheet may take what begins like this for a formula; the wide signs are the same to some.
FORMULA = frozenset("=+-@\t\r'＝＋－＠")


class CsvProblem(Enum):
    """Why a file is no CSV."""

    TOO_LARGE = auto()
    NOT_UTF8 = auto()
    SYNTAX = auto()


class CsvError(Exception):
    """A file is no CSV: why, from which line on, and what the parser says of its syntax."""

    def __init__(self, problem: CsvProblem, line: int = 1, message: str = "") -> None:
        super().__init__(problem, line, message)
        self.problem = problem
        self.line = line
        self.message = message


def csv_text(data: bytes, most: int) -> str:
    """Return the text of a CSV file of at most *most* bytes, without a byte order mark.

    Raises:
        CsvError: of any kind but its syntax.
    """
    if len(data) > most:
        raise CsvError(CsvProblem.TOO_LARGE)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CsvError(CsvProblem.NOT_UTF8, data.count(b"\n", 0, error.start) + 1) from error


def csv_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line on which it begins: a row may have several lines.

    Raises:
        CsvError: its syntax is wrong, from the row on that begins on its line.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for row in reader:
            yield begins, row
            begins = reader.line_num + 1
    except csv.Error as error:
        raise CsvError(CsvProblem.SYNTAX, begins, str(error)) from error


def guarded(text: str) -> str:
    """Return a text so that a spreadsheet takes it for text, never for a formula."""
    return f"'{text}" if text[:1] in FORMULA else text


def unguarded(text: str) -> str:
    """Return the text that :func:`guarded` guarded."""
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text
