"""Read our documents back with other people's libraries."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from pypdf import PdfReader

from survey.documents.reports.record import Paragraph, ReportContent

FIGURE = re.compile(r"\d{1,3},\d\d(?!\d)")


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """Return all text on one line."""
    return " ".join(" ".join(page.extract_text() for page in reader(pdf).pages).split())


def figures_in(text: str) -> Counter[str]:
    """Count every figure with two decimals."""
    return Counter(FIGURE.findall(text))


def sentences(report: ReportContent) -> Iterator[str]:
    """Yield every line of text that the report prints, table by table."""
    for block in report.blocks():
        if isinstance(block, Paragraph):
            yield block.text
    for table in report.tables():
        yield from (line for row in table.rows for cell in row.cells for line in cell.lines)
        yield from table.notes


def baselines(pdf: bytes, page: int = 0) -> dict[str, float]:
    """Return the height of each piece of text above the foot of a page."""
    found: dict[str, float] = {}

    def visit(text: str, matrix: list[float], place: list[float], *_: Any) -> None:
        if text.strip():
            found[text.strip()] = place[5] * matrix[3] + matrix[5]

    reader(pdf).pages[page].extract_text(visitor_text=visit)
    return found


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Return each font's name and whether its letters are inside the file."""
    found: dict[str, bool] = {}
    for page in reader(pdf).pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            described = font.get_object()
            descriptor = described.get("/FontDescriptor")
            found[described["/BaseFont"]] = descriptor is not None and "/FontFile2" in descriptor.get_object()
    return found


def numbers(values: Iterable[Any]) -> list[float]:
    return [value for value in values if isinstance(value, int | float)]
