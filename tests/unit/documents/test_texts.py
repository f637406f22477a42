"""The reports' sentences are data, and a wrong file names every fault."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from scoring.faults import FaultyData
from survey.documents.reports.texts import bundled, parse, places


def _text() -> str:
    return resources.files("survey.documents.reports").joinpath("texts.toml").read_text(encoding="utf-8")


def test_the_bundled_wording_passes_its_own_check() -> None:
    assert parse(_text()) == bundled()


def test_every_fixed_key_that_the_code_says_exists() -> None:
    folder = Path(str(resources.files("survey.documents")))
    said = {
        key
        for file in folder.rglob("*.py")
        for key in re.findall(r'text\(\s*"([a-z0-9_.]+)"', file.read_text())
    }
    assert len(said) > 60
    assert said <= set(bundled().sentences)


def test_all_faults_are_named_at_once() -> None:
    text = _text()
    text = re.sub(r"(?m)^motto = .*\n", "", text)
    text = re.sub(r'(?m)^title = "BÁO CÁO"$', 'title = "BÁO CÁO {agency}"\nsubtitle = "mới"', text)
    text = re.sub(r"(?m)^watermark = .*$", 'watermark = ""', text)
    text = re.sub(r"(?m)^addressees = .*$", 'addressees = "Kính gửi {"', text)
    text = re.sub(r'(?m)^summary = "Kết quả \{name\}"$', 'summary = "{name.__class__} {name!r}"', text)
    with pytest.raises(FaultyData) as caught:
        parse(text)
    assert {(fault.code, fault.location) for fault in caught.value.faults} == {
        ("wording_missing", "head.motto"),
        ("wording_unknown", "head.subtitle"),
        ("wording_unknown_place", "head.title"),
        ("wording_not_text", "head.watermark"),
        ("wording_broken_place", "head.addressees"),
        ("wording_broken_place", "head.summary"),
    }


def test_a_file_that_is_no_toml_is_one_fault() -> None:
    with pytest.raises(FaultyData) as caught:
        parse("[head\n")
    assert [fault.code for fault in caught.value.faults] == ["wording_not_toml"]


def test_a_place_cannot_reach_into_an_object() -> None:
    assert places("{name} và {unit}") == {"name", "unit"}
    assert places("{name.__class__}") == {"name.__class__"}  # no such place is ever allowed
    with pytest.raises(ValueError, match="a place holds a name"):
        places("{name:>100000000}")


def test_what_is_filled_in_is_never_filled_again() -> None:
    assert bundled().text("head.summary", name="{watermark} {0}") == "Kết quả {watermark} {0}"
