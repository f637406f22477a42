"""A batch prints as one PDF that is small, whole, named, in embedded letters, and true to its geometry."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader
from reportlab.lib.units import mm

from forms.faults import FaultyInstrument
from forms.layout import EDITIONS, LARGE, STANDARD, lay_out
from forms.paper import boxes, render_batch, write_batch
from forms.paper.stamp_image import read_stamp_image
from forms.paper.texts import paper_languages, paper_texts
from tests.unit.forms.paper.batches import batch


def _printed(**differing: Any) -> PdfReader:
    out = io.BytesIO()
    render_batch(batch(**differing), out)
    return PdfReader(io.BytesIO(out.getvalue()))


def _code(**differing: Any) -> str:
    with pytest.raises(FaultyInstrument) as caught:
        render_batch(batch(**differing), io.BytesIO())
    return caught.value.faults[0].code


def _resources(node: Any, kind: str) -> Any:
    of_node = node.get("/Resources")
    found = of_node.get_object().get(kind) if of_node else None
    return found.get_object() if found else {}


def _fonts(node: Any, seen: set[int]) -> Iterator[Any]:
    """Yield every font that a page or one of its forms asks for."""
    node = node.get_object()
    if id(node) in seen:
        return
    seen.add(id(node))
    yield from (font.get_object() for font in _resources(node, "/Font").values())
    for form in _resources(node, "/XObject").values():
        yield from _fonts(form, seen)


@pytest.mark.parametrize("edition", EDITIONS.values(), ids=lambda each: each.name)
@pytest.mark.parametrize("lang", paper_languages())
def test_every_letter_is_embedded(edition: Any, lang: str) -> None:
    reader = _printed(edition=edition, lang=lang)
    fonts = [font for page in reader.pages for font in _fonts(page, set())]
    assert len(fonts) > 4
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_the_document_says_what_it_is_and_in_which_language() -> None:
    reader = _printed()
    assert reader.metadata is not None
    assert reader.metadata.title == "Phiếu khảo sát mức độ hài lòng - BHXH huyện Tuy Phước - 000001-000002"
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "vi"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712  a PDF's boolean
    assert [page.mediabox.width for page in reader.pages] == [pytest.approx(210 * mm, abs=0.01)] * 4


def test_a_page_shows_its_words_and_its_own_serial() -> None:
    pages = [page.extract_text() for page in _printed(serials=(41, 42)).pages]
    assert ["000041" in text for text in pages] == [True, True, False, False]
    assert "BHXH huyện Tuy Phước" in pages[0]
    assert "Thông tin về thủ tục dễ tìm" in pages[0]
    assert "không dùng bút đỏ" in pages[0]
    assert "Nhận lương hưu" in pages[1]


def test_a_thousand_forms_take_little_space_and_report_progress() -> None:
    out, told = io.BytesIO(), []
    pages = render_batch(batch(serials=range(1, 201)), out, lambda done, of: told.append((done, of)))
    assert pages == 400
    assert told == [(done, 200) for done in range(1, 201)]
    small = io.BytesIO()
    render_batch(batch(serials=range(1, 101)), small)
    a_form = (out.tell() - small.tell()) / 100
    assert small.tell() + 900 * a_form < 6_000_000


def test_the_boxes_are_told_in_points_from_the_bottom_left() -> None:
    layout = lay_out(batch().questionnaire)
    told = boxes(layout)
    first, box = told["boxes"][0], layout.boxes[0]
    assert (told["origin"], told["pages_per_form"]) == ("bottom-left", 2)
    assert first["x"] == pytest.approx(box.x / 25.4 * 72, abs=0.001)
    assert first["y"] == pytest.approx((297 - box.y - box.side) / 25.4 * 72, abs=0.001)
    assert (first["q"], first["opt"], first["kind"], first["page"]) == ("c1_1", "1", "single", 1)


def test_both_languages_have_the_same_sentences() -> None:
    keys = {frozenset(paper_texts(lang)) for lang in paper_languages()}
    assert len(keys) == 1
    assert paper_texts("xx") == paper_texts("vi")


@pytest.mark.parametrize("serials", [(), range(1, 5002)])
def test_counts_outside_a_batch_are_refused(serials: Any) -> None:
    assert _code(serials=serials) == "paper_count"


@pytest.mark.parametrize("serials", [(1, 1), (0, 1), (1, 1_000_000)])
def test_serials_that_repeat_or_leave_their_range_are_refused(serials: Any) -> None:
    assert _code(serials=serials) == "paper_serial"


def test_names_that_no_code_holds_are_refused() -> None:
    assert _code(campaign="a" * 50, unit="b" * 50) == "paper_name_unusable"
    assert _code(unit="Quy Nhơn") == "paper_name_unusable"
    assert len(_printed(campaign="a" * 46, unit="b" * 46).pages) == 4


class _FullDisk(io.BytesIO):
    def write(self, data: Any, /) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "open", lambda *_: _FullDisk())
    with pytest.raises(FaultyInstrument) as caught:
        write_batch(batch(), tmp_path / "F.pdf")
    assert caught.value.faults[0].code == "paper_disk_full"
    assert list(tmp_path.iterdir()) == []


def test_a_written_file_is_whole(tmp_path: Path) -> None:
    assert write_batch(batch(), tmp_path / "F.pdf") == 4
    assert [each.name for each in tmp_path.iterdir()] == ["F.pdf"]
    assert len(PdfReader(tmp_path / "F.pdf").pages) == 4
    with pytest.raises(FaultyInstrument) as caught:
        write_batch(batch(), tmp_path / "absent" / "F.pdf")
    assert caught.value.faults[0].code == "paper_file_unwritable"


def _picture(width: int, height: int, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", (width, height), (200, 0, 0)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("edition", [STANDARD, LARGE], ids=["standard", "large"])
def test_a_seal_prints_at_its_real_size(edition: Any) -> None:
    seal = read_stamp_image(_picture(400, 400), 34.0)
    reader = _printed(stamp_image=seal, edition=edition)
    assert "Dấu treo" not in reader.pages[0].extract_text()
    streams = [form.get_object().get_data() for form in _resources(reader.pages[0], "/XObject").values()]
    assert any(f"{34 * 72 / 25.4:.5f} 0 0".encode() in stream for stream in streams)


@pytest.mark.parametrize(
    ("content", "diameter", "code"),
    [
        (b"no picture", 36.0, "seal_image_unreadable"),
        (_picture(400, 400)[:300], 36.0, "seal_image_unreadable"),
        (_picture(400, 400, "GIF"), 36.0, "seal_image_unreadable"),
        (_picture(100, 100), 36.0, "seal_image_size"),
        (_picture(400, 300), 36.0, "seal_image_size"),
        (_picture(5000, 5000, "JPEG"), 36.0, "seal_image_size"),
        (b"\0" * 4_000_001, 36.0, "seal_image_too_large"),
        (_picture(400, 400), 50.0, "seal_diameter"),
    ],
)
def test_what_is_no_seal_is_refused(content: bytes, diameter: float, code: str) -> None:
    with pytest.raises(FaultyInstrument) as caught:
        read_stamp_image(content, diameter)
    assert caught.value.faults[0].code == code
