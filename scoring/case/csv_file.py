"""CSV files row by row, with the line of every row and every fault of the file itself."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from scoring.faults import DataFault


class CsvFile:
    """Reads a CSV file (gzip where the name ends in ``.gz``) and collects faults with line and column."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.header: list[str] = []
        self.faults: list[DataFault] = []
        self.raw: BinaryIO | None = None

    def fault(self, code: str, line: int, column: str = "", **details: str | float) -> None:
        """Record a fault at a line and, where it has one, a column."""
        place = ":".join([self.name, *([str(line)] if line else []), *([column] if column else [])])
        self.faults.append(DataFault(code, place, {"line": line, "column": column, **details}))

    def require(self, columns: Sequence[str]) -> bool:
        """Report every required column that the header lacks; True where none is missing."""
        missing = [column for column in columns if column not in self.header]
        for column in missing:
            self.fault("case_column_missing", 1, column)
        return not missing

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (line, cells) for every row after the header with the right number of cells.

        A file that cannot be read further ends the iteration with a fault.
        """
        line = 1
        try:
            with self.path.open("rb") as raw:
                self.raw = raw
                stream = gzip.GzipFile(fileobj=raw) if self.name.endswith(".gz") else raw
                with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
                    reader = csv.reader(text, strict=True)
                    self._take_header(next(reader, []))
                    line = reader.line_num + 1
                    for cells in reader:
                        if len(cells) == len(self.header):
                            yield line, cells
                        elif cells:
                            self.fault("case_cells", line, found=len(cells), wanted=len(self.header))
                        line = reader.line_num + 1
        except FileNotFoundError:
            self.fault("case_file_missing", 0, file=self.name)
        except UnicodeDecodeError:
            self.fault("case_not_utf8", line)
        except csv.Error:
            self.fault("case_not_csv", line)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            self.fault("case_not_gzip", 0)

    def _take_header(self, cells: list[str]) -> None:
        self.header = [cell.strip() for cell in cells]
        for column in sorted({cell for cell in self.header if self.header.count(cell) > 1}):
            self.fault("case_column_repeated", 1, column)
