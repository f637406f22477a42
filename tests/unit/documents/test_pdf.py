"""The printed report, read back: format, fonts, lines, pages, marks."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfWriter

from survey.documents.render import fonts, pdf
from survey.documents.reports.compose import consolidated, for_unit
from survey.documents.reports.record import Cell, ReportContent, ReportHeading
from tests.unit.documents.reading import baselines, fonts_of, reader, text_of
from tests.unit.documents.sample import CAMPAIGN, HEADING, NAMES, facts, survey

MM = 72 / 25.4
LONG = "Trung tâm phục vụ hành chính công " * 12
HOSTILE = (
    "<b>Đậm</b> & <img src='x.png'/> \U0001f600",
    "=SUM(A1:A9)",
    "W" * 400,
    LONG,
    "+{name} %s </para> \u202egnal",
    *NAMES[5:],
)


@cache
def _content(*, rehearsal: bool = False, names: tuple[str, ...] = NAMES) -> ReportContent:
    result = survey()
    return consolidated(result, replace(CAMPAIGN, rehearsal=rehearsal), facts(result, names), HEADING)


@cache
def _pdf(*, rehearsal: bool = False, names: tuple[str, ...] = NAMES) -> bytes:
    return pdf.render(_content(rehearsal=rehearsal, names=names))


def test_every_page_is_a4() -> None:
    for page in reader(_pdf()).pages:
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(
            (210 * MM, 297 * MM), abs=0.5
        )


def _assert_inside_the_margins(document: bytes) -> None:
    for page in pypdfium2.PdfDocument(document):
        text = page.get_textpage()
        letters = text.get_text_range()
        boxes = [text.get_charbox(place) for place, letter in enumerate(letters) if letter.strip()]
        assert min(box[0] for box in boxes) >= 30 * MM - 1
        assert max(box[2] for box in boxes) <= (210 - 15) * MM + 1
        assert min(box[1] for box in boxes) >= 20 * MM - 1
        assert max(box[3] for box in boxes) <= 297 * MM - 10 * MM


@pytest.mark.parametrize("family", [fonts.serif(), fonts.fallback()], ids=lambda family: str(family.regular))
@pytest.mark.parametrize("names", [NAMES, HOSTILE], ids=["plain", "hostile"])
def test_all_text_stays_inside_the_margins(names: tuple[str, ...], family: fonts.Family) -> None:
    _assert_inside_the_margins(pdf.render(_content(names=names), family=family))


@pytest.mark.parametrize("family", [fonts.serif(), fonts.fallback()], ids=lambda family: str(family.regular))
def test_endless_words_everywhere_still_make_pages(family: fonts.Family) -> None:
    wide, long = "W" * 500, "điều kiện khác nhau " * 60
    heading = ReportHeading(
        governing_body=wide,
        agency=long,
        place=wide,
        symbol=wide,
        number="9" * 100,
        legal_bases=(long, wide),
        addressees=(wide, long),
        recipients=(wide, long) * 6,
        authority=(long, wide),
        signer=wide,
    )
    campaign = replace(
        CAMPAIGN,
        name=long,
        criteria=dict.fromkeys(CAMPAIGN.criteria, long),
        items=dict.fromkeys(CAMPAIGN.items, wide),
        overall_item=wide,
    )
    result = survey((50, 80))
    report = consolidated(result, campaign, facts(result, (wide, long)), heading)
    _assert_inside_the_margins(pdf.render(report, family=family))


def test_one_addressee_stands_on_the_line_of_the_greeting() -> None:
    result = survey((50, 80))
    heading = replace(HEADING, addressees=("Giám đốc Bảo hiểm xã hội tỉnh Bình Định.",))
    text = text_of(pdf.render(consolidated(result, CAMPAIGN, facts(result), heading)))
    assert "Kính gửi: Giám đốc Bảo hiểm xã hội tỉnh Bình Định." in text


def test_an_empty_heading_still_makes_pages() -> None:
    result = survey((0, 0))
    empty = ReportHeading("", "", "", recipients=(), authority=(), addressees=())
    text = text_of(pdf.render(consolidated(result, CAMPAIGN, facts(result), empty)))
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text


def test_large_counts_never_break_inside_a_figure() -> None:
    table = next(table for table in _content().tables() if table.id == "items")
    rows = tuple(
        replace(row, cells=(*row.cells[:2], *[Cell(("12.345.678",), (12345678,))] * 8, *row.cells[10:]))
        if row.kind != "group"
        else row
        for row in table.rows
    )
    appendix = replace(_content().appendices[1], blocks=(replace(table, rows=rows),))
    document = pdf.render(replace(_content(), appendices=(appendix,)))
    assert text_of(document).count("12.345.678") == 27 * 8


def test_every_font_is_embedded_as_a_subset_and_none_is_a_sans() -> None:
    found = fonts_of(_pdf(rehearsal=True))
    assert found
    assert all(found.values())
    assert all(re.match(r"/[A-Z]{6}\+\w*Serif", name) for name in found)
    assert b"Helvetica" not in _pdf(rehearsal=True)


def test_the_lines_of_the_letterhead_are_level() -> None:
    height = baselines(_pdf())
    assert height["BẢO HIỂM XÃ HỘI VIỆT NAM"] == height["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]
    assert height["BẢO HIỂM XÃ HỘI"] == height["Độc lập - Tự do - Hạnh phúc"]
    assert height["Số: 1234/BC-BHXH"] == height["Bình Định, ngày 05 tháng 10 năm 2024"]


def test_a_long_agency_breaks_and_the_lines_stay_level() -> None:
    heading = replace(HEADING, agency="Trung tâm " * 25, place="Thành phố " * 8)
    result = survey((50, 80))
    height = baselines(pdf.render(consolidated(result, CAMPAIGN, facts(result), heading)))
    dated = next(key for key in height if "ngày 05 tháng 10" in key)
    assert height["Số: 1234/BC-BHXH"] == height[dated]


def test_page_numbers_start_on_the_second_page_of_each_part() -> None:
    numbers = []
    for page in reader(_pdf()).pages:
        first, second = page.extract_text().strip().split("\n")[:2]
        lines = page.extract_text().strip().split("\n")
        shown = [line for line in (first, second, lines[-1]) if re.fullmatch(r"\d{1,2}", line.strip())]
        numbers.append(int(shown[0]) if shown else 1)
    assert numbers[:3] == [1, 2, 3]
    assert numbers.count(1) == 3  # the body and two appendices
    assert all(after in {1, before + 1} for before, after in pairwise(numbers))


def test_a_broken_table_repeats_its_heading_on_every_page() -> None:
    pages = [page.extract_text() for page in reader(_pdf()).pages]
    parted = [text for text in pages if re.search(r"\d+\. (BHXH|Văn phòng)[^\n]* phiếu hợp lệ", text)]
    assert len(parted) > 2
    assert all("F1 (chính thức)" in text and "Tiêu chí" in text for text in parted)


def test_a_unit_is_never_parted_from_its_name() -> None:
    for page in reader(_pdf()).pages:
        text = page.extract_text()
        groups = len(re.findall(r"\d+\. (?:BHXH|Văn phòng)[^\n]* phiếu hợp lệ", text))
        if groups:
            assert text.count("C1. Tiếp cận") == text.count("Chỉ số chung") == groups


def test_no_page_is_empty_and_no_heading_stands_alone_at_the_foot() -> None:
    for page in reader(_pdf()).pages:
        lines = [line for line in page.extract_text().strip().split("\n") if not re.fullmatch(r"\d+", line)]
        assert len(lines) > 3
        assert not re.match(r"([IVX]+|\d)\. [^\d]*$", lines[-1])


def test_metadata_language_and_bookmarks() -> None:
    found = reader(_pdf())
    assert found.metadata is not None
    assert found.metadata.title == f"Báo cáo: {_content().summary}"
    assert found.metadata.author == "BẢO HIỂM XÃ HỘI TỈNH BÌNH ĐỊNH"
    assert str(found.metadata.creation_date)[:10] == "2024-10-05"
    root: Any = found.trailer["/Root"]
    assert root["/Lang"] == "vi"
    titles = [str(entry["/Title"]) for entry in found.outline if not isinstance(entry, list)]
    assert titles == [
        "I. THÔNG TIN CHUNG VỀ ĐỢT KHẢO SÁT",
        "II. TÌNH HÌNH THU THẬP PHIẾU",
        "III. KẾT QUẢ KHẢO SÁT",
        "IV. NHẬN XÉT",
        "V. HẠN CHẾ CỦA SỐ LIỆU",
        "Phụ lục I",
        "Phụ lục II",
    ]


def test_a_rehearsal_says_so_on_every_page_twice_and_a_real_report_never() -> None:
    for page in reader(_pdf(rehearsal=True)).pages:
        assert page.extract_text().count("DỮ LIỆU MẪU") >= 2
    assert "DỮ LIỆU MẪU" not in text_of(_pdf())


def test_names_are_text_and_never_markup_or_pictures() -> None:
    text = text_of(_pdf(names=HOSTILE)).replace(" ", "")
    assert "<b>Đậm</b>&<imgsrc='x.png'/>□" in text
    assert "=SUM(A1:A9)" in text
    assert "+{name}%s</para>gnal" in text
    assert "W" * 20 in text
    assert all(not page.images for page in reader(_pdf(names=HOSTILE)).pages)


def test_the_chart_is_the_only_picture() -> None:
    pixel = pypdfium2.PdfDocument(_pdf())[0].render(scale=0.2).to_pil()
    sheet = io.BytesIO()
    pixel.save(sheet, "PNG")
    found = reader(pdf.render(_content(), {"forest": sheet.getvalue(), "unknown": b"no picture"}))
    assert sum(len(page.images) for page in found.pages) == 1
    assert "Hình 1." in text_of(pdf.render(_content(), {"forest": sheet.getvalue()}))
    assert "Hình 1." not in text_of(_pdf())


def test_the_same_content_makes_the_same_bytes() -> None:
    first = pdf.render(_content())
    result = survey((50, 80))
    pdf.render(for_unit(result, "u01", CAMPAIGN, facts(result), HEADING))
    assert pdf.render(_content()) == first


def test_a_signature_can_be_appended_without_touching_the_bytes() -> None:
    original = _pdf()
    assert b"/Encrypt" not in original
    writer = PdfWriter(io.BytesIO(original), incremental=True)
    writer.add_metadata({"/Signed": "later"})
    signed = io.BytesIO()
    writer.write(signed)
    assert signed.getvalue().startswith(original)
    assert len(reader(signed.getvalue()).pages) == len(reader(original).pages)
