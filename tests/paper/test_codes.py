"""The codes that are printed with a fixed mask scan, also with a part covered; the marks are OpenCV's."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import zxingcpp

from forms.paper import FormProof, PageIdentity
from forms.paper.codes import Code, mark, qr

SEAL = FormProof(b"an office in a test has a secret")
FORMAT = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def _drawn(code: Code, cell: int, quiet: int = 4) -> npt.NDArray[np.uint8]:
    picture = np.full(((code.side + 2 * quiet) * cell,) * 2, 255, np.uint8)
    for run in code.runs:
        x, y = (run.x + quiet) * cell, (run.y + quiet) * cell
        picture[y : y + cell, x : x + run.length * cell] = 0
    return picture


def _text(chance: Random) -> str:
    unit = "-".join(
        "".join(chance.choices("abcdefghiklmnopqrstuvxy", k=5)) for _ in range(chance.randint(1, 4))
    )
    sheet = PageIdentity(
        f"dot-{chance.randint(1, 99)}-2024", unit, chance.randint(1, 999_999), chance.randint(1, 4)
    )
    return SEAL.write(sheet, f"{chance.getrandbits(64):016x}")


def test_every_code_scans_with_the_fixed_mask() -> None:
    chance = Random(4)
    for _ in range(400):
        text = _text(chance)
        read = zxingcpp.read_barcodes(_drawn(qr(text), 3), formats=FORMAT)
        assert [each.text for each in read] == [text]


def test_a_code_scans_with_a_blot_on_it() -> None:
    chance = Random(5)
    scanned = 0
    for _ in range(100):
        text = _text(chance)
        picture = _drawn(qr(text), 4)
        at = (chance.randint(70, 115), chance.randint(70, 115))
        cv2.circle(picture, at, 14, 0, -1)
        scanned += [each.text for each in zxingcpp.read_barcodes(picture, formats=FORMAT)] == [text]
    assert scanned >= 98


def test_the_longest_names_still_fit_and_scan() -> None:
    text = SEAL.write(PageIdentity("a" * 46, "b" * 46, 999_999, 9), "")
    assert [each.text for each in zxingcpp.read_barcodes(_drawn(qr(text), 3), formats=FORMAT)] == [text]


def test_what_fits_no_code_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        qr("A" * 200)


def test_the_marks_are_those_that_the_reader_looks_for() -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for number in range(48):
        assert (_drawn(mark(number), 10, 0) == dictionary.generateImageMarker(number, 60)).all()
