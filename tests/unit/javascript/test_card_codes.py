"""The check letters of a card's code: the same to the service as to the device."""

from __future__ import annotations

import pytest

from forms import ticket_code
from tests.unit.javascript.vectors import vectors

GIVEN = vectors("card-codes")


@pytest.mark.parametrize("code", GIVEN["whole"])
def test_whole_codes_are_whole(code: str) -> None:
    assert ticket_code.read(code) == code


@pytest.mark.parametrize("code", GIVEN["broken"])
def test_every_slip_of_the_pen_is_found(code: str) -> None:
    assert ticket_code.read(code) is None


@pytest.mark.parametrize(("text", "code"), GIVEN["typed"].items())
def test_a_code_is_read_however_it_is_typed(text: str, code: str) -> None:
    assert ticket_code.read(text) == code
