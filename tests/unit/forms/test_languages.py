"""Folders of further languages: complete or refused, with every fault at its place."""

from __future__ import annotations

import re
import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.answers import parse
from forms.faults import FaultyInstrument
from forms.languages import folder, template
from forms.languages.audio import LARGEST_CLIP, kind_of
from forms.languages.entries import clip_keys, entries
from forms.languages.known import EXPECTED, TAG, tag_of, vietnamese_name
from forms.languages.speaking import speaking
from forms.layout import EDITIONS, lay_out
from forms.paper import boxes
from forms.questionnaire import bundled_questionnaires, load_questionnaire
from forms.texts import page_texts, with_fallback
from tests.support import made_up_language
from tests.unit.forms.rendering import form, render

Q = made_up_language.questionnaire()
WHOLE = made_up_language.filled()
PATHS = sorted(entries(Q))
UNHURRIED = settings(max_examples=60, deadline=None)  # a busy machine is no fault


def put(data: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """The same values with another one at a path; nothing there where it is None."""
    made = deepcopy(data)
    *parents, last = path.split(".")
    table = made
    for parent in parents:
        table = table[parent]
    if value is None:
        del table[last]
    else:
        table[last] = value
    return made


def codes(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(fault.code, fault.location) for fault in folder.check(data, "hre", Q)]


def refused(path: Path, tag: str = "hre") -> list[tuple[str, str]]:
    with pytest.raises(FaultyInstrument) as error:
        folder.read(path, tag, Q)
    return [(fault.code, fault.location) for fault in error.value.faults]


@pytest.mark.parametrize("ref", bundled_questionnaires())
def test_a_template_holds_every_text_empty_beside_its_vietnamese(ref: str) -> None:
    q = load_questionnaire(ref)
    written = template.write(q, "bdq")
    faults = folder.check(tomllib.loads(written), "bdq", q)
    assert {fault.code for fault in faults} == {"language_text_missing"}
    assert [fault.location for fault in faults] == ["language.name", *entries(q)]
    for vietnamese in entries(q).values():
        assert f"# {vietnamese}\n" in written
    assert not re.search(r"^[^#\n]*[^\x00-\x7f]", written, re.MULTILINE), "no word of ours in the language"


def test_what_a_native_speaker_filled_whole_is_taken() -> None:
    assert codes(WHOLE) == []


@UNHURRIED
@given(st.sampled_from(PATHS), st.sampled_from([None, "", "  "]))
def test_every_missing_text_is_named_at_its_place(path: str, value: str | None) -> None:
    assert codes(put(WHOLE, path, value)) == [("language_text_missing", path)]


@UNHURRIED
@given(
    st.sampled_from(PATHS),
    st.sampled_from(
        [(7, "type"), (" x", "untidy"), ("a\u0000b", "untidy"), ("e\u0301", "untidy"), ("x" * 900, "long")]
    ),
)
def test_every_unfit_text_is_named_at_its_place(path: str, fault: tuple[object, str]) -> None:
    value, kind = fault
    assert codes(put(WHOLE, path, value)) == [(f"language_text_{kind}", path)]


@given(
    st.sampled_from(["form.duration", "fault.comment_too_long", "kiosk.progress", "notice.other_unit.body"])
)
def test_the_places_to_be_filled_in_must_be_kept(path: str) -> None:
    sound = entries(Q)[path]
    for wrong in (re.sub(r"\{\w+\}", "", sound, count=1), sound + " {minutes}", sound + " {", sound + " }"):
        assert codes(put(WHOLE, path, wrong.strip())) == [("language_gaps", path)]


def test_all_faults_are_named_at_once() -> None:
    data = put(put(WHOLE, "form.title", ""), "questionnaire.items.c1_1", None)
    data = put(put(data, "form.made_up", "x"), "language.tag", "jra")
    assert codes(put(data, "language.questionnaire", "sipas-5@1")) == [
        ("language_other", "language.tag"),
        ("language_other_questionnaire", "language.questionnaire"),
        ("language_text_missing", "form.title"),
        ("language_text_missing", "questionnaire.items.c1_1"),
        ("language_text_unknown", "form.made_up"),
    ]


@given(st.recursive(st.text() | st.integers() | st.booleans(), lambda each: st.dictionaries(st.text(), each)))
@UNHURRIED
def test_any_values_at_all_are_checked_without_an_error(junk: Any) -> None:
    data = junk if isinstance(junk, dict) else {"form": junk}
    assert folder.check({**WHOLE, **data}, "hre", Q) is not None


def test_the_staff_of_a_kiosk_reads_vietnamese() -> None:
    assert not [path for path in entries(Q) if path.startswith(("kiosk.pin_", "kiosk.fact_", "kiosk.why_"))]
    assert "kiosk.start" in entries(Q)


def test_a_questionnaire_speaks_the_language_and_keeps_its_fields(tmp_path: Path) -> None:
    language = folder.read(made_up_language.write(tmp_path / "hre"), "hre", Q)
    spoken = speaking(Q.opt_in("ethnic"), language)
    assert spoken.languages == ("vi", "en", "hre")
    assert spoken.items[0].text("hre") == made_up_language.MARK + Q.items[0].text("vi")
    assert spoken.profile[-1].options[0].text("hre").startswith(made_up_language.MARK)
    assert [item.field for item in spoken.items] == [item.field for item in Q.items]
    assert spoken.opted_in == ("ethnic",)
    assert parse(spoken, {"overall": ["5"]}) == parse(Q.opt_in("ethnic"), {"overall": ["5"]})
    assert speaking(spoken, language) is spoken


def test_the_pages_speak_it(tmp_path: Path) -> None:
    language = folder.read(made_up_language.write(tmp_path / "hre"), "hre", Q)
    page = form(lang="hre", q=speaking(Q, language), t=with_fallback(language.page_texts))
    assert "<html lang=hre>" in page
    assert page.count(made_up_language.MARK) > 200
    receipt = render("receipt", "hre", code_groups=["A"], t=with_fallback(language.page_texts))
    assert made_up_language.MARK + page_texts("vi")["receipt"]["title"] in receipt


def test_a_sentence_that_is_younger_than_the_folder_is_said_in_vietnamese() -> None:
    old = put(WHOLE, "form.waiting", None)
    assert with_fallback(old)["form"]["waiting"] == page_texts("vi")["form"]["waiting"]
    assert with_fallback(old)["form"]["title"].startswith(made_up_language.MARK)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (made_up_language.mp3(), "mp3"),
        (made_up_language.mp3()[20:], "mp3"),
        (made_up_language.wav(), "wav"),
        (made_up_language.ogg(), "ogg"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "m4a"),
        (b"", None),
        (b"OggS" + b"\0" * 40 + b"\x80theora", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (made_up_language.wav(0), None),
        (b"<html><script>alert(1)</script>", None),
        (b"\xff\xd8\xff\xe0 a picture", None),
        (b"ID3\x04\0\0\x7f\x7f\x7f\x7f", None),
    ],
)
def test_a_format_is_told_by_its_bytes(content: bytes, kind: str | None) -> None:
    assert kind_of(content) == kind


@UNHURRIED
@given(st.binary(max_size=300))
def test_any_bytes_are_told_without_an_error(content: bytes) -> None:
    assert kind_of(content) in {None, "mp3", "wav", "ogg", "m4a"}


def test_recordings_are_read_by_their_keys(tmp_path: Path) -> None:
    clips = {
        "c1_1.mp3": made_up_language.mp3(),
        "level.5.wav": made_up_language.wav(),
        "C1.ogg": made_up_language.ogg(),
        ".DS_Store": b"x",
    }
    clips |= {
        "p_who.a.mp3": made_up_language.mp3(),
        "kiosk.invite.mp3": made_up_language.mp3(),
        "no_opinion.mp3": made_up_language.mp3(),
    }
    found = folder.read(made_up_language.write(tmp_path / "hre", clips=clips), "hre", Q).clips
    assert {clip.key: clip.kind for clip in found} == {
        "c1_1": "mp3",
        "level.5": "wav",
        "C1": "ogg",
        "p_who.a": "mp3",
        "kiosk.invite": "mp3",
        "no_opinion": "mp3",
    }


def test_every_wrong_recording_is_named_beside_every_wrong_text(tmp_path: Path) -> None:
    clips = {
        "c9_9.mp3": made_up_language.mp3(),
        "C1.mp3": made_up_language.mp3(),
        "C1.wav": made_up_language.wav(),
        "C2.mp3": b"no sound",
    }
    clips["C3.mp3"] = made_up_language.mp3() + b"\0" * LARGEST_CLIP
    path = made_up_language.write(tmp_path / "hre", clips=clips, without="form.title")
    (path / "audio" / "C4.mp3").mkdir()
    assert refused(path) == [
        ("clip_twice", "audio/C1.wav"),
        ("clip_bad_format", "audio/C2.mp3"),
        ("clip_too_large", "audio/C3.mp3"),
        ("clip_bad_format", "audio/C4.mp3"),
        ("clip_unknown_key", "audio/c9_9.mp3"),
        ("language_text_missing", "form.title"),
    ]


def test_a_bundled_language_takes_recordings_and_no_words(tmp_path: Path) -> None:
    spoken = folder.read(
        made_up_language.write(tmp_path / "vi", "vi", {"overall.mp3": made_up_language.mp3()}), "vi", Q
    )
    assert (spoken.name, spoken.page_texts, len(spoken.clips)) == ("Tiếng Việt", {}, 1)
    assert refused(made_up_language.write(tmp_path / "en", "en"), "en") == [("language_no_clips", "audio")]
    (tmp_path / "en" / "words.toml").write_text("x = 1", "utf-8")
    assert refused(tmp_path / "en", "en") == [("language_bundled", "words.toml")]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert refused(tmp_path / "none") == [("language_no_folder", "")]
    (tmp_path / "hre").mkdir()
    assert refused(tmp_path / "hre") == [("language_no_words", "words.toml")]
    for content in (b"[form", b"\xff\xfe", b'[form]\ntitle = "x'):
        (tmp_path / "hre" / "words.toml").write_bytes(content)
        assert refused(tmp_path / "hre") == [("language_syntax", "")]
    (tmp_path / "hre" / "words.toml").write_bytes(b"#" * 400_001)
    assert refused(tmp_path / "hre") == [("language_too_large", "words.toml")]


def test_the_expected_languages_have_tags() -> None:
    assert {tag for tag, _name in EXPECTED.values()} == {"bdq", "hre", "hro", "jra"}
    assert tag_of("Jrai") == tag_of("jra") == "jra"
    assert tag_of("../etc") is None
    assert not TAG.fullmatch("hre/..")
    assert vietnamese_name("bdq") == "Ba Na"
    assert vietnamese_name("lo") == "lo"


def test_the_keys_of_recordings_are_names_of_files() -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9_.]{1,60}", key) for key in clip_keys(Q))
    assert {"c1_1", "C1", "overall", "level.1", "level.5", "no_opinion", "kiosk.invite"} <= clip_keys(Q)


def test_a_further_language_leaves_the_paper_form_as_it_is(tmp_path: Path) -> None:
    spoken = speaking(Q, folder.read(made_up_language.write(tmp_path / "hre"), "hre", Q))
    assert boxes(lay_out(spoken, EDITIONS["standard"])) == boxes(lay_out(Q, EDITIONS["standard"]))
