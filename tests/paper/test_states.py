"""Every page that comes in has a state and a reason: nothing is dropped, nothing is read wrongly in silence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from forms.faults import FaultyInstrument
from forms.layout import EDITIONS
from forms.paper import FormProof
from forms.scan import ScanReading, pool, read_files
from forms.scan.packing import answer_json
from forms.scan.page import read_page
from forms.scan.records import ClaimedPage, PageSource
from tests.paper.bad_files import bomb, encrypted, pdf
from tests.paper.forms_office import CAMPAIGN, QUESTIONNAIRE, SEAL, filled, layout, printed

DPI = 130


@cache
def _blank_forms(campaign: str = CAMPAIGN) -> tuple[Image.Image, ...]:
    """Return four pages of two printed forms."""
    document = pypdfium2.PdfDocument(printed(range(1, 3), "standard", campaign))
    return tuple(document[index].render(scale=DPI / 72).to_pil().convert("RGB") for index in range(4))


def _saved(folder: Path, pictures: Sequence[Image.Image], name: str = "a") -> list[Path]:
    paths = [folder / f"{name}{index}.png" for index in range(len(pictures))]
    for path, picture in zip(paths, pictures, strict=True):
        picture.save(path, compress_level=1)
    return paths


def _read(paths: Sequence[Path], **differing: Any) -> ScanReading:
    known: dict[str, Any] = {"verify": SEAL.verify, "campaign": CAMPAIGN, **differing}
    return read_files(paths, QUESTIONNAIRE, known.pop("verify"), **known)


def _states(found: ScanReading) -> list[tuple[str, str | None]]:
    return [(page.status, page.reason) for page in found.pages]


def _alone(picture: Image.Image) -> ClaimedPage:
    """Read one picture in this process, without its proof being checked."""
    dots = np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])
    return read_page(dots, [layout(edition) for edition in EDITIONS])


def test_pages_upside_down_and_in_any_order_find_each_other(tmp_path: Path) -> None:
    first, second, third, fourth = _blank_forms()
    found = _read(_saved(tmp_path, [fourth, first.rotate(180), third.rotate(90, expand=True), second]))
    assert _states(found) == [("read", None)] * 4
    assert [(page.serial, page.page) for page in found.pages] == [
        ("000002", 2), ("000001", 1), ("000002", 1), ("000001", 2)
    ]  # fmt: skip
    assert [(form.serial, form.status) for form in found.forms] == [
        ("000001", "complete"), ("000002", "complete")
    ]  # fmt: skip


def test_an_empty_question_is_never_accepted_by_the_machine(tmp_path: Path) -> None:
    found = _read(_saved(tmp_path, _blank_forms()[:2]))
    answers = found.forms[0].answers
    assert len(answers) == 33
    assert all(answer.needs_human and answer.value == () for answer in answers)


def test_a_missing_back_is_named(tmp_path: Path) -> None:
    form = _read(_saved(tmp_path, _blank_forms()[:1])).forms[0]
    assert (form.status, form.missing_pages) == ("incomplete", (2,))


def test_the_same_page_twice_stops_both_and_the_same_file_once(tmp_path: Path) -> None:
    first = _blank_forms()[0]
    turned = first.rotate(0.4, fillcolor="white")
    paths = [*_saved(tmp_path, [first, turned]), *_saved(tmp_path, [first], "b")]
    found = _read(paths)
    assert _states(found) == [
        ("duplicate", "scan_duplicate"), ("duplicate", "scan_duplicate"), ("duplicate", "scan_file_repeated")
    ]  # fmt: skip
    assert found.pages[0].others == (PageSource(str(paths[1]), 0),)
    assert (found.forms[0].status, found.forms[0].answers) == ("duplicate", ())


def test_strangers_are_told_apart(tmp_path: Path) -> None:
    other_campaign = _blank_forms("bhxh-2025")[0]
    paper = Image.new("RGB", other_campaign.size, "white")
    letter = paper.copy()
    for row in range(40):
        ImageDraw.Draw(letter).text(
            (80, 60 + 25 * row), "Kính gửi: một bức thư không liên quan " * 2, "black"
        )
    found = _read(_saved(tmp_path, [other_campaign, letter, paper]))
    assert _states(found) == [
        ("foreign", "scan_other_campaign"), ("foreign", "scan_foreign"), ("unreadable", "scan_blank")
    ]  # fmt: skip
    assert found.forms == ()
    assert all(page.answers == () for page in found.pages)


def test_a_page_that_proves_nothing_is_not_believed(tmp_path: Path) -> None:
    found = _read(_saved(tmp_path, _blank_forms()[:1]), verify=FormProof(b"another office's secret").verify)
    assert _states(found) == [("foreign", "scan_forged")]
    assert found.pages[0].answers == ()


def test_two_sheets_in_one_picture_are_not_read() -> None:
    first, _, third, _ = _blank_forms()
    beside = Image.new("RGB", (first.width * 2, first.height), "white")
    beside.paste(first, (0, 0))
    beside.paste(third, (first.width, 0))
    assert _alone(beside).reason == "scan_two_sheets"
    over = first.copy()
    over.paste(third.crop((0, third.height // 2, third.width, third.height)), (0, third.height // 2))
    assert _alone(over).reason == "scan_two_sheets"


def test_a_page_without_readable_codes_or_with_a_torn_corner() -> None:
    page = _blank_forms()[0].copy()
    pen = ImageDraw.Draw(page)
    mm = DPI / 25.4
    pen.rectangle((0, 265 * mm, 24 * mm, 297 * mm), "white")
    pen.ellipse((172 * mm, 25 * mm, 185 * mm, 38 * mm), "black")
    assert _alone(page).status == "read"
    pen.ellipse((24 * mm, 259 * mm, 38 * mm, 272 * mm), "black")
    assert _alone(page).reason == "scan_no_serial"


def test_half_a_page_is_not_read() -> None:
    page = _blank_forms()[0]
    half = page.copy()
    half.paste("white", (0, page.height // 3, page.width, round(page.height * 0.86)))
    assert _alone(half).status == "unreadable"


def test_a_red_pen_is_told_but_a_seal_is_not() -> None:
    place, mm = layout(), DPI / 25.4
    boxes = {box.id: box for box in place.on(1)}

    def crossed(page: Image.Image, box_id: str, colour: tuple[int, int, int]) -> None:
        x, y = (each * mm for each in boxes[box_id].middle)
        pen, arm = ImageDraw.Draw(page), 2.2 * mm
        pen.line((x - arm, y - arm, x + arm, y + arm), colour, 3)
        pen.line((x - arm, y + arm, x + arm, y - arm), colour, 3)

    page = _blank_forms()[0].copy()
    for box in boxes.values():
        if box.opt == "4":
            crossed(page, box.id, (20, 30, 120))
    crossed(page, "c1_2.5", (225, 30, 40))
    x, y = (each * mm for each in boxes["c1_1.4"].middle)
    pen = ImageDraw.Draw(page)
    for radius in (18, 16.5, 10):
        at = (x - 30 * mm, y + 40 * mm)
        pen.ellipse(
            (at[0] - radius * mm, at[1] - radius * mm, at[0] + radius * mm, at[1] + radius * mm),
            None,
            (220, 30, 40),
            5,
        )
    answers = {answer.q: answer for answer in _alone(page).answers}
    assert answers.pop("c1_2").reason == "doubt_red_ink"
    # The ring is laid on thick here: an outline under it may be lost, an answer never.
    accepted = [answer for answer in answers.values() if answer.reason != "doubt_box_not_found"]
    assert {(*(answer.value or ()), answer.needs_human) for answer in accepted} == {("4", False)}
    assert len(accepted) >= len(answers) - 4


def test_files_of_every_kind_are_read(tmp_path: Path) -> None:
    first, second, third, fourth = _blank_forms()
    (tmp_path / "scan.pdf").write_bytes(pdf([first, second], DPI))
    third.convert("L").save(tmp_path / "scan.tif", save_all=True, append_images=[fourth.convert("L")])
    found = _read([tmp_path / "scan.pdf", tmp_path / "scan.tif"], jobs=2)
    assert [(page.source.page_index, page.serial, page.page) for page in found.pages] == [
        (0, "000001", 1), (1, "000001", 2), (0, "000002", 1), (1, "000002", 2)
    ]  # fmt: skip


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    whole = pdf(_blank_forms()[:1], DPI)
    contents = {
        "encrypted.pdf": (encrypted(whole), "scan_file_encrypted"),
        "broken.pdf": (whole[:200], "scan_file_broken"),
        "bomb.png": (bomb(), "scan_too_many_pixels"),
        "empty.jpg": (b"", "scan_file_empty"),
        "letter.txt": ("Kính gửi".encode(), "scan_file_unknown"),
        "cut.jpg": (b"\xff\xd8\xff\xe0" + b"\0" * 50, None),
    }
    for name, (content, _) in contents.items():
        (tmp_path / name).write_bytes(content)
    found = _read([*(tmp_path / name for name in contents), tmp_path / "absent.pdf"])
    reasons = [page.reason for page in found.pages]
    assert {page.status for page in found.pages} == {"unreadable"}
    for reason, (_, wanted) in zip(reasons, contents.values(), strict=False):
        assert reason == wanted or (wanted is None and reason in {"scan_file_broken", "scan_file_unknown"})
    assert reasons[-1] == "scan_file_missing"


def test_a_page_that_stops_its_reader_is_named_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dying(pool.Child):
        def ask(self, request: Any, replies: int) -> Any:
            for number, reply in enumerate(super().ask(request, replies)):
                if request["do"] == "read" and request["start"] + number == 1:
                    self.stop()
                    return
                yield reply

    monkeypatch.setattr(pool, "Child", Dying)
    (tmp_path / "scan.pdf").write_bytes(pdf(_blank_forms()[:3], DPI))
    found = _read([tmp_path / "scan.pdf"])
    assert _states(found) == [("read", None), ("unreadable", "scan_page_stopped"), ("read", None)]


def test_progress_is_told_and_doubtful_questions_are_shown(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    page = next(iter(filled([1], "clean", 8, dpi=DPI)))
    paths = _saved(tmp_path, [page.picture])
    found = _read(paths, progress=lambda done, of: told.append((done, of)), with_crops=True)
    assert told == [(1, 1)]
    shown = [answer_json(answer) for answer in found.pages[0].answers]
    assert all(("crop" in answer) == answer["needs_human"] for answer in shown)


def test_without_the_extra_reading_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "find_spec", lambda name: None if name == "cv2" else object())
    with pytest.raises(FaultyInstrument) as caught:
        _read([tmp_path / "a.png"])
    fault = caught.value.faults[0]
    assert (fault.code, fault.details["missing"]) == ("scan_not_installed", "opencv-python-headless")
    monkeypatch.undo()
    with pytest.raises(FaultyInstrument) as caught:
        _read([])
    assert caught.value.faults[0].code == "scan_no_files"


def test_the_parent_never_loads_the_decoders() -> None:
    program = (
        "import sys, forms.scan; sys.exit(bool({'cv2', 'zxingcpp', 'pypdfium2', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_same_picture_is_read_the_same_again() -> None:
    page = next(iter(filled([1], "office", 21, dpi=DPI)))
    assert _alone(page.picture) == _alone(page.picture)
