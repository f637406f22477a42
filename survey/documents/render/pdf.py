"""Print a report as PDF after decree 30/2020: A4, embedded fonts, the same bytes for the same content."""

from __future__ import annotations

import calendar
import io
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader, TimeStamp
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Spacer,
)

from survey.documents.render.fonts import Family, serif
from survey.documents.render.pdf_frame import LetterheadGrid, OutlinedHeading, ShortRule, SignatureBlock
from survey.documents.render.pdf_style import (
    BODY,
    BOTTOM,
    LEFT,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    REHEARSAL,
    TEXT_HEIGHT,
    TEXT_WIDTH,
    TOP,
    Styles,
)
from survey.documents.render.pdf_table import table_flow
from survey.documents.reports.formats import roman
from survey.documents.reports.record import Appendix, Block, Figure, Paragraph, ReportContent, Section, Table

_CREATOR = "Hài Lòng"
_TALLEST_FIGURE = 190 * mm


def render(
    report: ReportContent, charts: Mapping[str, bytes] | None = None, *, family: Family | None = None
) -> bytes:
    """Return the report as PDF.

    ``charts`` maps the ids of ``report.figures()`` to PNG; a figure without a picture is left out. The
    file is plain (no encryption, one cross-reference table), so a signature can be appended later. Its
    creation date is the report's date.
    """
    styles = Styles(family or serif())
    buffer = io.BytesIO()
    document = _Document(buffer, report, styles)
    document.build(list(_story(report, charts or {}, styles)))
    return buffer.getvalue()


def _stamp(day: date) -> TimeStamp:
    """Return the moment at which the file claims to be made: the first one of the report's day."""
    stamp = TimeStamp(invariant=1)
    stamp.t = calendar.timegm(day.timetuple())
    stamp.lt = day.timetuple()
    stamp.YMDhms = tuple(day.timetuple())[:6]
    return stamp


class _Document(BaseDocTemplate):
    """One page frame; page numbers at the top from the second page of the body and of each appendix."""

    def __init__(self, buffer: io.BytesIO, report: ReportContent, styles: Styles) -> None:
        super().__init__(
            buffer,
            pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
            title=f"{report.title.capitalize()}: {report.summary}",
            author=report.letterhead.agency,
            subject=report.summary,
            creator=_CREATOR,
            producer=_CREATOR,
            keywords=[report.watermark] if report.watermark else [],
            lang="vi",
            invariant=1,
            initialFontName=styles.text(),
            initialFontSize=BODY,
        )
        self._report, self._styles = report, styles
        self._part_start = 1
        frame = Frame(LEFT, BOTTOM, TEXT_WIDTH, TEXT_HEIGHT, 0, 0, 0, 0, id="text")
        self.addPageTemplates([PageTemplate("page", [frame], onPageEnd=self._decorate)])

    def beforeDocument(self) -> None:  # noqa: N802 - reportlab's name
        """Date the file, and let viewers show its title instead of its name."""
        canvas: Any = self.canv
        canvas._doc._timeStamp = _stamp(self._report.date)  # noqa: SLF001 - there is no public way
        canvas.setViewerPreference("DisplayDocTitle", "true")

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - reportlab's name
        """Start own page numbers with each appendix, as the decree wants them."""
        if isinstance(flowable, OutlinedHeading) and flowable.starts_part:
            self._part_start = self.page

    def _decorate(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.saveState()
        number = self.page - self._part_start + 1
        if number > 1:
            canvas.setFont(self._styles.text(), BODY)
            canvas.drawCentredString(LEFT + TEXT_WIDTH / 2, PAGE_HEIGHT - TOP + 5 * mm, str(number))
        if self._report.watermark:
            self._mark(canvas)
        canvas.restoreState()

    def _mark(self, canvas: Canvas) -> None:
        """Write across the page, over everything, and say at its foot what it is not."""
        canvas.setFillColor(REHEARSAL)
        canvas.setFont(self._styles.text(bold=True), 10)
        canvas.drawCentredString(LEFT + TEXT_WIDTH / 2, BOTTOM - 10 * mm, self._report.banner)
        canvas.setFillAlpha(0.13)
        canvas.setFont(self._styles.text(bold=True), 72)
        canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT / 2)
        canvas.rotate(52)
        canvas.drawCentredString(0, -24, self._report.watermark)


def _story(report: ReportContent, charts: Mapping[str, bytes], styles: Styles) -> Iterator[Flowable]:
    yield from _opening(report, styles)
    yield from _body(report.sections, charts, styles)
    if report.signature is not None:
        closing = styles.paragraph(report.closing, styles.body)
        yield KeepTogether([closing, Spacer(0, 8), SignatureBlock(report.signature, styles)])
    for appendix in report.appendices:
        yield PageBreak()
        yield from _appendix_head(appendix, styles)
        for block in appendix.blocks:
            yield from _block(block, [], charts, styles)


def _opening(report: ReportContent, styles: Styles) -> Iterator[Flowable]:
    yield LetterheadGrid(report.letterhead, styles)
    yield Spacer(0, 14)
    yield styles.paragraph(report.title, styles.centred("title", 14, bold=True))
    yield styles.paragraph(report.summary, styles.centred("summary", 14, bold=True))
    yield ShortRule(55 * mm)
    yield Spacer(0, 6)
    yield from _addressees(report, styles)
    for basis in report.bases[:-1]:
        yield styles.paragraph(basis, styles.basis)
    yield styles.paragraph(report.bases[-1], styles.body)


def _addressees(report: ReportContent, styles: Styles) -> Iterator[Flowable]:
    if len(report.addressees) == 1:
        line = f"{report.addressees_label} {report.addressees[0]}"
        yield styles.paragraph(line, styles.centred("addressee", BODY))
    elif report.addressees:
        yield styles.paragraph(report.addressees_label, styles.addressee(38 * mm))
        for line in report.addressees:
            yield styles.paragraph(f"- {line}", styles.addressee(58 * mm))
    yield Spacer(0, 8)


def _body(sections: tuple[Section, ...], charts: Mapping[str, bytes], styles: Styles) -> Iterator[Flowable]:
    numbers, headings = [0, 0], list[Flowable]()
    for section in sections:
        headings.append(_section_heading(section, numbers, styles))
        for block in section.blocks:
            yield from _block(block, headings, charts, styles)
            headings = []


def _section_heading(section: Section, numbers: list[int], styles: Styles) -> Flowable:
    if section.level == 1:
        numbers[:] = [numbers[0] + 1, 0]
        text = f"{roman(numbers[0])}. {section.title.upper()}"
    else:
        numbers[1] += 1
        text = f"{numbers[1]}. {section.title}"
    return OutlinedHeading(text, section.level - 1, styles.section(section.level), styles)


def _appendix_head(appendix: Appendix, styles: Styles) -> Iterator[Flowable]:
    style = styles.centred("appendix", 14, bold=True)
    yield OutlinedHeading(appendix.label, 0, style, styles, part=True)
    yield styles.paragraph(appendix.title, styles.centred("appendix-title", 14, bold=True))
    yield styles.paragraph(appendix.reference, styles.centred("reference", BODY, italic=True))
    yield ShortRule(55 * mm)


def _block(
    block: Block, headings: list[Flowable], charts: Mapping[str, bytes], styles: Styles
) -> Iterator[Flowable]:
    """Lay out a block; the headings before it stay on its page."""
    if isinstance(block, Table):
        yield from table_flow(block, styles, headings)
    elif isinstance(block, Figure):
        yield from headings
        yield from _figure(block, charts.get(block.id), styles)
    else:
        yield from headings
        yield _paragraph(block, styles)


def _paragraph(block: Paragraph, styles: Styles) -> Flowable:
    return styles.paragraph(f"- {block.text}" if block.listed else block.text, styles.body)


def _figure(figure: Figure, png: bytes | None, styles: Styles) -> Iterator[Flowable]:
    if png is None:
        return
    width, height = ImageReader(io.BytesIO(png)).getSize()
    scale = min(TEXT_WIDTH / width, _TALLEST_FIGURE / height)
    picture = Image(io.BytesIO(png), width * scale, height * scale)
    yield KeepTogether([picture, styles.paragraph(figure.caption, styles.caption)])
