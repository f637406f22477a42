"""One-time codes: enough bits, and every slip of the pen found."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import ticket_code
from forms.ticket_code import ALPHABET, fresh_long, fresh_short, grouped, read

MADE = [fresh_long(), fresh_short()]
KINDS = ["long", "short"]


def test_a_code_for_scanning_has_at_least_128_bits() -> None:
    assert ticket_code.LONG * math.log2(len(set(ALPHABET))) >= 128
    assert len({fresh_long() for _ in range(500)}) == 500


@pytest.mark.parametrize("code", MADE, ids=KINDS)
def test_a_code_is_read_as_people_write_it(code: str) -> None:
    for text in (code, grouped(code), grouped(code).lower(), f" {grouped(code)}\n", code.replace("1", "l")):
        assert read(text) == code
    assert read(code.replace("0", "o").replace("1", "I")) == code


@pytest.mark.parametrize("code", MADE, ids=KINDS)
def test_every_wrong_letter_is_found(code: str) -> None:
    for place, letter in itertools.product(range(len(code)), ALPHABET):
        if letter != code[place]:
            assert read(code[:place] + letter + code[place + 1 :]) is None


@pytest.mark.parametrize("code", MADE, ids=KINDS)
def test_every_two_letters_swapped_are_found(code: str) -> None:
    for one, other in itertools.combinations(range(len(code)), 2):
        if code[one] != code[other]:
            swapped = list(code)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            assert read("".join(swapped)) is None


def test_every_two_wrong_letters_of_a_short_code_are_found() -> None:
    code = MADE[1]
    for one, other in itertools.combinations(range(len(code)), 2):
        for first, second in itertools.product(ALPHABET[::3], ALPHABET[::3]):
            wrong = list(code)
            wrong[one], wrong[other] = first, second
            text = "".join(wrong)
            assert (read(text) == text) is (text == code)


@pytest.mark.parametrize(
    "text",
    ["", "x", MADE[0][:-1], MADE[0] + "0", MADE[1] + MADE[1], "U" * 12, "é" * 12],
    ids=["nothing", "a letter", "cut off", "a letter more", "twice", "no letter of ours", "no ASCII"],
)
def test_nothing_else_is_a_code(text: str) -> None:
    assert read(text) is None


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read(text)
    assert found is None or (read(found) == found and set(found) <= set(ALPHABET))
