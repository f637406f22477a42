"""Posters say what they must, alike in PDF and SVG, inside the paper, with words that everybody can compare."""

from __future__ import annotations

import io
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pypdf
import pytest

from forms.check_word import WORDS, check_word
from forms.poster.drawing import PosterSheet, Text
from forms.poster.layouts import KINDS
from forms.poster.notice import Notice
from forms.poster.pdf import pdf
from forms.poster.setting import broken, measured
from forms.poster.svg import svg

SVG = "{http://www.w3.org/2000/svg}"
NOTICE = Notice(
    "Bảo hiểm xã hội tỉnh Bình Định",
    "Bảo hiểm xã hội huyện Vĩnh Thạnh",
    12,
    "https://hailong.binhdinh.gov.vn/k/binh-dinh-2024.vinh-thanh.12.q2w3e4r5t6y7u2i3",
    "SÔNG LÚA",
)
LONG = Notice(
    "Bảo hiểm xã hội khu vực liên tỉnh Gia Lai và các đơn vị trực thuộc tại địa bàn phía Đông <&>",
    "Bảo hiểm xã hội cơ sở liên phường Quy Nhơn Nam và các xã đảo Nhơn Châu, Nhơn Lý, Nhơn Hải",
    99,
    "https://khao-sat-muc-do-hai-long.bao-hiem-xa-hoi.gia-lai.gov.vn/k/"
    "khao-sat-nam-2026-dot-hai.bao-hiem-xa-hoi-co-so-lien-phuong-quy-nhon-nam.99.q2w3e4r5t6y7u2i3",
    "THUYỀN PHƯỢNG",
    rehearsal=True,
)


def texts(sheet: PosterSheet) -> Iterator[tuple[float, float, Text]]:
    """Every line with its left and right edge on the sheet."""
    for placed in sheet.placed:
        for mark in placed.marks:
            if isinstance(mark, Text):
                left = mark.x - (mark.width / 2 if mark.align == "middle" else 0)
                edges = (placed.x - left - mark.width, placed.x - left)
                yield *(edges if placed.turned else (placed.x + left, placed.x + left + mark.width)), mark


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("notice", [NOTICE, LONG], ids=["usual", "long"])
def test_every_line_keeps_inside_the_part_that_an_office_printer_prints(kind: str, notice: Notice) -> None:
    sheet = KINDS[kind](notice)
    for left, right, mark in texts(sheet):
        assert 5 <= left < right <= sheet.width - 5, mark.text
        assert mark.size > 0


@pytest.mark.parametrize("kind", KINDS)
def test_unit_counter_address_word_and_warning_stand_on_everything(kind: str) -> None:
    document = pypdf.PdfReader(io.BytesIO(pdf([KINDS[kind](NOTICE)])))
    said = "".join(document.pages[0].extract_text().split())
    for wanted in ("Quầy số 12", NOTICE.word, NOTICE.address, NOTICE.agency.upper(), "OTP"):
        assert "".join(wanted.split()) in said, wanted
    drawn = " ".join(mark.text for _, _, mark in texts(KINDS[kind](NOTICE)))
    assert all(word in drawn for word in NOTICE.unit.split())
    assert document.metadata is not None
    assert document.metadata.title == f"{NOTICE.unit} – Quầy số 12"


@pytest.mark.parametrize("kind", KINDS)
def test_svg_says_the_same_as_pdf_and_cannot_be_broken_by_a_name(kind: str) -> None:
    sheet = KINDS[kind](LONG)
    root = ET.fromstring(svg(sheet))
    assert [node.text for node in root.iter(f"{SVG}text")] == [mark.text for _, _, mark in texts(sheet)]
    assert not list(root.iter(f"{SVG}script"))


def test_the_same_poster_is_the_same_file() -> None:
    assert pdf([KINDS["a4"](NOTICE)]) == pdf([KINDS["a4"](NOTICE)])


def test_invented_data_are_marked_on_everything_and_nothing_else_is() -> None:
    for layout in KINDS.values():
        assert "DỮ LIỆU MẪU" in svg(layout(LONG))
        assert "DỮ LIỆU MẪU" not in svg(layout(NOTICE))


def test_an_address_is_broken_where_it_can_be_typed_on() -> None:
    first, second = broken(NOTICE.address, 12.5, 100)
    assert first + second == NOTICE.address
    assert first.endswith("/") or second.startswith(".")
    assert broken(NOTICE.address, 12.5, 500) == [NOTICE.address]
    assert measured(NOTICE.address, "bold", 12.5) < 500


def test_no_two_check_words_differ_by_their_marks_alone() -> None:
    plain = {
        "".join(
            c for c in unicodedata.normalize("NFD", word.replace("đ", "d")) if not unicodedata.combining(c)
        )
        for word in WORDS
    }
    assert len(plain) == len(WORDS) == 64


def test_the_check_word_is_the_units_own_and_the_secrets() -> None:
    secret = bytes(32)
    said = [check_word(secret, "dot-1", f"don-vi-{n}") for n in range(200)]
    assert len(set(said)) > 150
    assert all(len(set(word.split())) == 2 for word in said)
    assert check_word(secret, "dot-1", "don-vi-0") == said[0]
    assert check_word(b"x" * 32, "dot-1", "don-vi-0") != said[0]
    assert check_word(secret, "dot-2", "don-vi-0") != said[0]
