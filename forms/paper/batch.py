"""A batch of forms as one PDF: each page refers to the shared furniture and adds its serial and its codes."""

from __future__ import annotations

import errno
import io
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

from reportlab import rl_config
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from forms.faults import FaultyInstrument, InstrumentFault
from forms.layout import (
    BOTTOM,
    CODE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    STAMP_ZONE,
    STANDARD,
    Edition,
    FormLayout,
    code_positions,
    lay_out,
)
from forms.paper.codes import qr
from forms.paper.fonts import faces
from forms.paper.form_proof import MOST_SERIAL, FormProof, PageIdentity, format_serial
from forms.paper.furniture import Furniture, footer_position
from forms.paper.pen import Pen, Type
from forms.paper.stamp_image import StampImage
from forms.paper.texts import BatchTexts, paper_texts
from forms.questionnaire import Questionnaire
from forms.text_tables import DEFAULT_LANGUAGE

MOST_FORMS = 5000
Progress = Callable[[int, int], None]
_COMPRESSING = Lock()


@dataclass(frozen=True, slots=True)
class AgencyHeading:
    """The agency as it stands at the top left of official paper."""

    governing_body: str
    agency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Everything that a batch of forms needs; the serials are allocated elsewhere, once and for good."""

    questionnaire: Questionnaire
    heading: AgencyHeading
    campaign: str
    unit: str
    unit_name: str
    serials: Sequence[int]
    form_proof: FormProof
    edition: Edition = STANDARD
    lang: str = DEFAULT_LANGUAGE
    subtitle: str = ""
    stamp_image: StampImage | None = None

    @property
    def layout(self) -> FormLayout:
        """Return the geometry of these forms."""
        return lay_out(self.questionnaire, self.edition)


def render_batch(batch: Batch, out: BinaryIO, progress: Progress | None = None) -> int:
    """Write the batch as PDF and return the number of its pages.

    ``progress`` is told after each form how many of all are done. Refusals: ``paper_count`` (no serial or
    more than 5000), ``paper_serial`` (a serial twice or outside 1 to 999999), ``paper_too_long``,
    ``paper_no_font`` and ``paper_name_unusable`` (no code holds campaign and unit). Nothing is written before
    every page is composed.
    """
    _check(batch)
    layout = batch.layout
    whole = io.BytesIO()
    with _compressed():
        canvas = _canvas(batch, whole)
        pen = Pen(canvas, faces())
        _furnish(batch, layout, pen)
        for done, serial in enumerate(batch.serials, 1):
            for page in range(1, layout.pages + 1):
                _page(batch, layout, pen, PageIdentity(batch.campaign, batch.unit, serial, page))
            if progress:
                progress(done, len(batch.serials))
        canvas.save()
    out.write(whole.getbuffer())
    return layout.pages * len(batch.serials)


def write_batch(batch: Batch, path: Path, progress: Progress | None = None) -> int:
    """Write the batch to a file, whole or not at all, and return the number of its pages.

    Refusals: those of ``render_batch``, ``paper_disk_full`` and ``paper_file_unwritable``.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("wb") as out:
            pages = render_batch(batch, out, progress)
            out.flush()
            os.fsync(out.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        code = "paper_disk_full" if full else "paper_file_unwritable"
        raise FaultyInstrument([InstrumentFault(code, "out", {"file": path.name})]) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return pages


def boxes(layout: FormLayout) -> dict[str, Any]:
    """Return the boxes in PDF points from the bottom left, page 1-based within a form."""
    return {
        "origin": "bottom-left",
        "pages_per_form": layout.pages,
        "boxes": [
            {
                "id": box.id,
                "q": box.q,
                "opt": box.opt,
                "kind": "single",
                "page": box.page,
                "x": round(box.x * mm, 3),
                "y": round((PAGE_HEIGHT - box.y - box.side) * mm, 3),
                "w": round(box.side * mm, 3),
                "h": round(box.side * mm, 3),
            }
            for box in layout.boxes
        ],
    }


def _check(batch: Batch) -> None:
    count = len(batch.serials)
    if not 1 <= count <= MOST_FORMS:
        raise FaultyInstrument(
            [InstrumentFault("paper_count", "count", {"count": count, "most": MOST_FORMS})]
        )
    repeated = [serial for serial, times in Counter(batch.serials).items() if times > 1]
    if repeated:
        raise FaultyInstrument([InstrumentFault("paper_serial", "serials", {"serial": repeated[0]})])
    for serial in (min(batch.serials), max(batch.serials)):
        if not 1 <= serial <= MOST_SERIAL:
            raise FaultyInstrument([InstrumentFault("paper_serial", "serials", {"serial": serial})])
    try:
        batch.form_proof.write(PageIdentity(batch.campaign, batch.unit, MOST_SERIAL, 1), "")
    except ValueError:
        names = {"campaign": batch.campaign[:60], "unit": batch.unit[:60]}
        raise FaultyInstrument([InstrumentFault("paper_name_unusable", "unit", names)]) from None


@contextmanager
def _compressed() -> Iterator[None]:
    """Write streams as bytes instead of reportlab's letters, which are a quarter longer."""
    with _COMPRESSING:
        before, rl_config.useA85 = rl_config.useA85, 0
        try:
            yield
        finally:
            rl_config.useA85 = before


def _canvas(batch: Batch, out: BinaryIO) -> Canvas:
    canvas = Canvas(
        out,
        pagesize=(PAGE_WIDTH * mm, PAGE_HEIGHT * mm),
        pageCompression=1,
        initialFontName=faces().sans,  # type: ignore[arg-type]  # else every page asks for Helvetica
        lang=batch.lang,
        pdfVersion=(1, 5),
    )
    first, last = format_serial(min(batch.serials)), format_serial(max(batch.serials))
    canvas.setTitle(f"{batch.questionnaire.text(batch.lang)} - {batch.unit_name} - {first}-{last}")
    canvas.setAuthor(batch.heading.agency)
    canvas.setSubject(f"{batch.campaign} {batch.unit} {first}-{last}")
    canvas.setCreator(paper_texts(batch.lang)["product"])
    canvas.setViewerPreference("DisplayDocTitle", "true")
    canvas.setViewerPreference("PrintScaling", "None")
    canvas.setViewerPreference("Duplex", "DuplexFlipLongEdge")
    return canvas


def _furnish(batch: Batch, layout: FormLayout, pen: Pen) -> None:
    texts = BatchTexts(
        lang=batch.lang,
        form=paper_texts(batch.lang),
        governing_body=batch.heading.governing_body,
        agency=batch.heading.agency,
        title=batch.questionnaire.text(batch.lang),
        subtitle=batch.subtitle,
        unit_name=batch.unit_name,
        stamp_diameter=batch.stamp_image.diameter if batch.stamp_image else None,
    )
    furniture = Furniture(batch.questionnaire, layout, texts, pen)
    for page in range(1, layout.pages + 1):
        pen.canvas.beginForm(f"page{page}", 0, 0, PAGE_WIDTH * mm, PAGE_HEIGHT * mm)
        furniture.draw(page)
        if page == 1 and batch.stamp_image:
            batch.stamp_image.draw(pen.canvas, STAMP_ZONE)
        pen.canvas.endForm()


def _page(batch: Batch, layout: FormLayout, pen: Pen, sheet: PageIdentity) -> None:
    canvas = pen.canvas
    canvas.doForm(f"page{sheet.page}")
    name = f"code{sheet.serial}-{sheet.page}"
    code = qr(batch.form_proof.write(sheet, layout.fingerprint))
    canvas.beginForm(name, 0, 0, CODE * mm, CODE * mm)
    pen.code(code, 0, PAGE_HEIGHT - CODE, CODE)
    canvas.endForm()
    for x, y in code_positions(sheet.page):
        canvas.saveState()
        canvas.translate(x * mm, (PAGE_HEIGHT - y - CODE) * mm)
        canvas.doForm(name)
        canvas.restoreState()
    x, width = footer_position(sheet.page)
    label = f"{paper_texts(batch.lang)['serial']}: {format_serial(sheet.serial)}"
    pen.text(x, BOTTOM - 6, label, Type(pen.faces.sans_bold, 14), width=width)
    canvas.showPage()
