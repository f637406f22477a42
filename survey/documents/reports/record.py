"""What an official report says: one frozen record from which PDF, XLSX and the web page are laid out.

The first records are what a caller knows beside the results; the others are the report itself, every
figure already formatted once. Layouts format nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from survey.documents.reports.keying_comparison import UNREAD, KeyingComparison
from survey.documents.reports.release_facts import ReleaseFacts

Value = float | int | str | None
ColumnKind = Literal["number", "name", "count", "percent", "estimate"]
RowKind = Literal["plain", "group", "total"]
Worksheet = Literal["summary", "units", "items", "quotas", "compare", "points", "reliability", "notes"]


@dataclass(frozen=True, slots=True)
class ReportHeading:
    """Who writes to whom: the parts of a letterhead, the legal bases and the signature block.

    An empty ``number`` and a missing ``date`` leave room for the pen.
    """

    governing_body: str
    agency: str
    place: str
    symbol: str = ""
    number: str = ""
    date: date | None = None
    legal_bases: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    signer: str = ""


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """What the report must know of a campaign: its days (both inclusive), its words, its targets in per cent.

    ``criteria`` and ``items`` map ids to Vietnamese texts in the questionnaire's order. ``summary`` is the
    line under the title; empty, it is made from ``name``. ``proposals`` are the office's own paragraphs.
    ``release`` says what is out; without it everything is. ``period`` names the part of the campaign that the figures
    are about, empty for the whole; the days are then the part's own.
    """

    name: str
    first_day: date
    last_day: date
    as_of: date
    questionnaire: str
    criteria: Mapping[str, str]
    items: Mapping[str, str]
    overall_item: str
    rehearsal: bool
    summary: str = ""
    targets: tuple[float, ...] = (85.0, 90.0)
    proposals: tuple[str, ...] = ()
    release: ReleaseFacts | None = None
    period: str = ""


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit's name, its minimum quota, its forms by state, and what a second keying of its paper found."""

    id: str
    name: str
    target: int
    valid: int
    awaiting: int
    late: int
    excluded: int
    keying: KeyingComparison = UNREAD


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column; ``parts`` are the headings of the several columns it becomes in a spreadsheet.

    ``width`` is relative to the other columns of the table.
    """

    label: str
    kind: ColumnKind
    width: float
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """What is shown, line by line, and the same figures as numbers, one for each part of the column."""

    lines: tuple[str, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table; a group row holds one cell that spans the table."""

    cells: tuple[Cell, ...]
    kind: RowKind = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """A numbered table with its notes and the spreadsheet's worksheet that it belongs to.

    ``whole_groups``: a page break never parts the rows of a group from its name. ``group_label`` heads the
    column in which a spreadsheet repeats the name of the group on every row.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...]
    worksheet: Worksheet
    whole_groups: bool = False
    group_label: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body: running text or a dash of a list."""

    text: str
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """The place of a chart, its caption and its content in words."""

    id: str
    caption: str
    alt: str


Block = Paragraph | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered heading and what stands under it; ``level`` 1 is "I.", 2 is "1."."""

    title: str
    level: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Appendix:
    """An appendix on its own pages with the line that ties it to the report."""

    label: str
    title: str
    reference: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The 2 x 2 grid at the head, line by line."""

    governing_body: str
    agency: str
    state: str
    motto: str
    number: str
    place_and_date: str


@dataclass(frozen=True, slots=True)
class Signature:
    """The foot: recipients on the left, authority and name on the right."""

    recipients_label: str
    recipients: tuple[str, ...]
    authority: tuple[str, ...]
    signer: str


@dataclass(frozen=True, slots=True)
class ReportContent:
    """A whole report. ``banner`` and ``watermark`` mark every page of a rehearsal's and of interim figures.

    Interim figures are nobody's official document: they have no ``signature`` and no number.
    ``date`` is the report's own, or the day of its figures where the date line is still blank.
    ``worksheets`` names those of the spreadsheet.
    """

    letterhead: Letterhead
    title: str
    summary: str
    addressees_label: str
    addressees: tuple[str, ...]
    bases: tuple[str, ...]
    sections: tuple[Section, ...]
    closing: str
    signature: Signature | None
    appendices: tuple[Appendix, ...]
    caveats: tuple[str, ...]
    banner: str
    watermark: str
    date: date
    worksheets: Mapping[Worksheet, str]

    def blocks(self) -> tuple[Block, ...]:
        """Return every block of the body and then of the appendices."""
        body = (block for section in self.sections for block in section.blocks)
        return (*body, *(block for appendix in self.appendices for block in appendix.blocks))

    def tables(self) -> tuple[Table, ...]:
        """Return every table in reading order."""
        return tuple(block for block in self.blocks() if isinstance(block, Table))

    def figures(self) -> tuple[Figure, ...]:
        """Return every chart's place in reading order."""
        return tuple(block for block in self.blocks() if isinstance(block, Figure))
