"""Codes of screens: another one each minute and for each screen, slips of the pen found, the counter told by its letters."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from forms import screen_code, ticket_code
from forms.screen_code import LENGTH, Screen
from forms.ticket_code import ALPHABET

SECRET = bytes(range(32))
SCREEN = Screen("binh-dinh-2024", "an-nhon", 2, 7, 0)
CODES = [screen_code.issue(SECRET, SCREEN, minute) for minute in range(200)]
code = st.sampled_from(CODES)
letter = st.sampled_from(ALPHABET)


def test_every_minute_and_every_screen_has_its_own_code() -> None:
    others = [
        dataclasses.replace(SCREEN, **change)
        for change in ({"campaign": "x"}, {"unit": "x"}, {"counter": 1}, {"number": 3})
    ]
    codes = [*CODES, *(screen_code.issue(SECRET, other, 0) for other in others)]
    codes.append(screen_code.issue(bytes(32), SCREEN, 0))
    assert len(set(codes)) == 205
    assert screen_code.issue(SECRET, SCREEN, 5) == CODES[5], "asked again, it is the same"


def test_letters_are_used_evenly() -> None:
    proofs = "".join(found[screen_code.LEAD : -1] for found in CODES)
    assert set(proofs) == set(ALPHABET)


@given(code)
def test_a_code_is_read_as_people_write_it(plain: str) -> None:
    assert screen_code.read(screen_code.grouped(plain)) == plain
    assert screen_code.read(f" {plain[:5].lower()} {plain[5:]}\r\n") == plain
    assert screen_code.read(plain.replace("1", "l").replace("0", "o")) == plain
    assert ticket_code.read(plain) is None, "it is never taken for a card's"


@given(code, st.integers(0, LENGTH - 1), letter)
def test_one_wrong_letter_is_found(plain: str, place: int, wrong: str) -> None:
    slip = plain[:place] + wrong + plain[place + 1 :]
    assert (screen_code.read(slip) == plain) is (slip == plain)
    assert screen_code.read(slip) in {None, plain}


@given(code, st.integers(0, LENGTH - 3))
def test_two_neighbours_swapped_are_found(plain: str, place: int) -> None:
    slip = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    assert screen_code.read(slip) in ({plain} if slip == plain else {None})


@given(code, st.text(max_size=12))
def test_anything_else_is_no_code(plain: str, text: str) -> None:
    assert screen_code.read(plain + "0") is None
    assert screen_code.read(plain[:-1]) is None
    found = screen_code.read(text)
    assert found is None or len(found) == LENGTH


def test_the_first_letters_lead_to_the_counter() -> None:
    assert screen_code.is_of(CODES[0], 7)
    assert screen_code.is_of(CODES[0], 7 + screen_code.LEADS)
    assert not any(screen_code.is_of(CODES[0], place) for place in range(screen_code.LEADS) if place != 7)
    far = dataclasses.replace(SCREEN, counter_index=screen_code.LEADS + 7)
    assert screen_code.is_of(screen_code.issue(SECRET, far, 0), 7)


def test_the_secret_letters_of_a_code_are_those_that_are_looked_for() -> None:
    assert [screen_code.proof(SECRET, SCREEN, minute) for minute in range(200)] == [
        screen_code.proof_in(plain) for plain in CODES
    ]
