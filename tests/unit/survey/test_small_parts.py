"""Receipts, keys, leaves, the clock and the catalogue: small parts on which much stands."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey import clock, keys
from survey.errors import Fault, Refusal, catalogue
from survey.ledger.leaf import canonical, leaf_hash
from survey.services.collection import receipts

KEY, OTHER = b"k" * 32, b"o" * 32


class TestReceipts:
    @given(st.binary(min_size=16, max_size=16))
    def test_a_receipt_is_known_however_it_is_copied(self, response_key: bytes) -> None:
        code = receipts.issue(KEY, response_key).code
        assert receipts.issue(KEY, response_key).code == code
        for copied in (code, code.lower(), code.replace("-", ""), code.replace("-", " "), f" {code}\n"):
            assert receipts.read(KEY, copied) == code
        assert receipts.read(KEY, code.replace("1", "I").replace("0", "o")) == code
        assert receipts.read(OTHER, code) is None

    @given(st.binary(min_size=16, max_size=16), st.integers(0, 11))
    def test_one_wrong_letter_is_noticed(self, response_key: bytes, at: int) -> None:
        plain = receipts.issue(KEY, response_key).code.replace("-", "")
        letter = "X" if plain[at] != "X" else "Y"
        assert receipts.read(KEY, plain[:at] + letter + plain[at + 1 :]) is None

    @given(st.text(max_size=30))
    def test_no_text_is_a_defect(self, text: str) -> None:
        assert receipts.read(KEY, text) is None

    def test_codes_are_spread_over_their_whole_alphabet(self) -> None:
        codes = {receipts.issue(KEY, number.to_bytes(16, "big")).code for number in range(3000)}
        assert len(codes) == 3000
        assert set("".join(codes)) == {*receipts.ALPHABET, "-"}


class TestKeys:
    def test_each_purpose_has_a_key_of_its_own(self, tmp_path: Path) -> None:
        keys.create(tmp_path)
        made = keys.load(tmp_path)
        secret = bytes.fromhex(keys.secret_path(tmp_path).read_text("ascii"))
        every = [getattr(made, name) for name in keys.Keys.__slots__]
        assert len({secret, *every}) == len(every) + 1
        assert {len(key) for key in every} == {32}
        assert keys.load(tmp_path) == made
        assert secret.hex() not in repr(made)
        assert not any(repr(key)[2:-1] in repr(made) for key in every)

    def test_two_installations_share_nothing(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            keys.create(tmp_path / name)
        one, other = keys.load(tmp_path / "a"), keys.load(tmp_path / "b")
        assert not {getattr(one, name) for name in keys.Keys.__slots__} & {
            getattr(other, name) for name in keys.Keys.__slots__
        }


class TestLeaf:
    def test_it_is_the_hash_of_rfc_6962(self) -> None:
        assert leaf_hash({"b": 1, "a": "é"}) == hashlib.sha256(b'\x00{"a":"\xc3\xa9","b":1}').digest()

    @given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(0, 99) | st.text(max_size=9)))
    def test_the_order_of_its_columns_is_no_matter(self, record: dict[str, str | int]) -> None:
        assert leaf_hash(dict(reversed(record.items()))) == leaf_hash(record)

    def test_a_number_is_not_its_text(self) -> None:
        assert canonical({"a": 1}) != canonical({"a": "1"})


class TestClock:
    @pytest.mark.parametrize(
        ("moment", "day", "half"),
        [
            ("2024-09-30T16:59:59+00:00", "2024-09-30", "pm"),
            ("2024-09-30T17:00:00+00:00", "2024-10-01", "am"),
            ("2024-08-05T04:59:59+00:00", "2024-08-05", "am"),
            ("2024-08-05T05:00:00+00:00", "2024-08-05", "pm"),
            ("2024-08-04T23:30:00-08:00", "2024-08-05", "pm"),
        ],
    )
    def test_days_and_half_days_are_those_of_the_place(self, moment: str, day: str, half: str) -> None:
        at = dt.datetime.fromisoformat(moment)
        assert clock.local_day(at).isoformat() == day
        assert clock.half_day(at) == half

    def test_a_day_begins_at_its_midnight(self) -> None:
        assert clock.start_of(dt.date(2024, 8, 5)).isoformat() == "2024-08-05T00:00:00+07:00"
        assert clock.now().utcoffset() == dt.timedelta(hours=7)


class TestCatalogue:
    def test_an_unknown_code_cannot_be_raised(self) -> None:
        with pytest.raises(KeyError):
            Refusal("no_such_code")

    @given(st.text(max_size=20))
    def test_what_was_given_is_shown_without_steering_anything(self, text: str) -> None:
        refusal = Refusal(
            "unit_unknown", [Fault("import_unit_unknown", f"3:{text}", {"found": text})], unit=text
        )
        for lang in ("vi", "en", "fr"):
            assert refusal.sentence(lang).isprintable()
            assert all(line.isprintable() for line in refusal.lines(lang))

    def test_a_missing_detail_loses_no_sentence(self) -> None:
        assert "{unit}" in Refusal("unit_unknown").sentence()
        assert Refusal("unit_unknown", unit="{campaign}").sentence("en").count("{campaign}") == 1

    @pytest.mark.parametrize("code", list(catalogue()))
    def test_sentences_are_words_for_people(self, code: str) -> None:
        entry = catalogue()[code]
        for lang, sentence in entry.sentences.items():
            assert len(sentence) > 10
            assert sentence.isprintable()
            assert "  " not in sentence
            assert "{}" not in sentence
            assert lang == "en" or not sentence.isascii(), "Vietnamese has its marks"
