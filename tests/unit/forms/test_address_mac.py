"""A sealed address opens only as it was sealed, by whom it was sealed."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forms.address_mac import AddressMac, CounterAddress, InvalidMac
from forms.qr import version

SEAL = AddressMac(b"a secret of 32 bytes, more or less")
OTHER = AddressMac(b"another secret, of another office")
TEXT = SEAL.write("binh-dinh-2024", "hoai-nhon", 3)

_NAMES = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)


@given(_NAMES, _NAMES, st.integers(0, 999_999))
def test_what_was_sealed_opens_as_it_was(campaign: str, unit: str, counter: int) -> None:
    assert SEAL.verify(SEAL.write(campaign, unit, counter)) == CounterAddress(campaign, unit, counter)


def test_the_address_fits_a_small_qr_code() -> None:
    address = f"https://host.example.vn/k/{SEAL.write('binh-dinh-2024', 'van-phong-tinh', 12)}"
    assert len(address) <= 80
    assert version(address) <= 5


@given(st.integers(0, len(TEXT) - 1), st.characters())
def test_one_changed_letter_never_opens(place: int, letter: str) -> None:
    assume(letter != TEXT[place])
    with pytest.raises(InvalidMac):
        SEAL.verify(TEXT[:place] + letter + TEXT[place + 1 :])


@given(st.text() | st.text("abz27.-0", max_size=60))
def test_arbitrary_text_never_opens(text: str) -> None:
    assume(text != TEXT)
    for attempt in (text, TEXT + text, text + TEXT):
        if attempt != TEXT:
            with pytest.raises(InvalidMac):
                SEAL.verify(attempt)


def test_a_seal_of_another_secret_unit_or_length_never_opens() -> None:
    body, _, seal = TEXT.rpartition(".")
    moved = SEAL.write("binh-dinh-2024", "an-lao", 3).rpartition(".")[2]
    upper, padded = f"{body}.{seal.upper()}", TEXT.replace(".3.", ".03.")
    forgeries = [
        OTHER.write("binh-dinh-2024", "hoai-nhon", 3),
        f"{body}.{moved}",
        TEXT[:-1],
        body,
        upper,
        padded,
    ]
    for forged in [*forgeries, "", ".", "...", "\ud800", TEXT + "\n", "x" * 100_000]:
        with pytest.raises(InvalidMac):
            SEAL.verify(forged)


@pytest.mark.parametrize(
    ("campaign", "unit", "counter"),
    [
        ("", "a", 1),
        ("a.b", "c", 1),
        ("a", "B", 1),
        ("a", "b", -1),
        ("a", "b", 10**6),
        ("ấ", "b", 1),
        ("a" * 130, "b", 1),
    ],
)
def test_a_name_that_would_not_survive_an_address_is_not_sealed(
    campaign: str, unit: str, counter: int
) -> None:
    with pytest.raises(ValueError, match="cannot seal"):
        SEAL.write(campaign, unit, counter)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        AddressMac(b"short")


def test_the_seal_is_the_documented_hmac() -> None:
    """Worked with the standard library's other interface, so that a change of format shows."""
    import base64
    import hashlib
    import hmac

    message = b"hailong counter address 1\0" + TEXT.rpartition(".")[0].encode()
    digest = hmac.new(b"a secret of 32 bytes, more or less", message, hashlib.sha256).digest()
    seal = TEXT.rpartition(".")[2]
    assert base64.b32decode(seal.upper()) == digest[:10]
