"""A page's proof opens as it was signed, for the layout and by the office that it was signed for."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forms.address_mac import InvalidMac
from forms.paper import FormProof, PageIdentity
from forms.paper.form_proof import MOST_SERIAL, format_serial, parse_claim
from tests.unit.forms.paper.batches import SECRET

SEAL = FormProof(SECRET)
PRINT = "0123456789abcdef"
SHEET = PageIdentity("bhxh-2024", "van-phong-tinh", 123, 2)
TEXT = SEAL.write(SHEET, PRINT)

_NAMES = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
_SHEETS = st.builds(PageIdentity, _NAMES, _NAMES, st.integers(1, MOST_SERIAL), st.integers(1, 9))


@given(_SHEETS)
def test_what_was_signed_opens_as_it_was(sheet: PageIdentity) -> None:
    assert SEAL.verify(SEAL.write(sheet, PRINT), PRINT) == sheet


@given(st.integers(0, len(TEXT) - 1), st.characters())
def test_no_changed_letter_opens(place: int, letter: str) -> None:
    changed = TEXT[:place] + letter + TEXT[place + 1 :]
    assume(changed != TEXT)
    with pytest.raises(InvalidMac):
        SEAL.verify(changed, PRINT)


@given(st.text(max_size=150))
def test_any_other_text_is_refused_without_an_accident(text: str) -> None:
    with pytest.raises(InvalidMac):
        SEAL.verify(text, PRINT)


def test_neither_another_layout_nor_another_secret_opens() -> None:
    with pytest.raises(InvalidMac):
        SEAL.verify(TEXT, PRINT[::-1])
    with pytest.raises(InvalidMac):
        FormProof(SECRET[::-1]).verify(TEXT, PRINT)


def test_a_proof_reads_as_it_is_printed() -> None:
    assert TEXT.startswith("BHXH-2024.VAN-PHONG-TINH.000123.2.")
    assert parse_claim(TEXT) == SHEET
    assert format_serial(123) == "000123"


@pytest.mark.parametrize("serial", [0, -1, MOST_SERIAL + 1])
def test_serials_outside_their_range_are_refused(serial: int) -> None:
    with pytest.raises(ValueError, match="no serial"):
        format_serial(serial)


@pytest.mark.parametrize("campaign", ["", "Bhxh", "a--b", "a.b", "bình-định", "a b"])
def test_names_that_cannot_be_spelled_are_refused(campaign: str) -> None:
    with pytest.raises(ValueError, match="cannot sign"):
        SEAL.write(PageIdentity(campaign, "x", 1, 1), PRINT)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        FormProof(b"short")
