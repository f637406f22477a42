"""Plans: every fault at once, with its line and column; and nothing but a refusal, whatever the file holds."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from survey.errors import Refusal
from survey.plans import check
from survey.plans.locations import located, locations
from survey.plans.plan import from_json

BUNDLED = (check.BUNDLED / "binh-dinh-2024.toml").read_text("utf-8")
UNFILLED = re.compile(r"\{[a-z_]+\}")
PLACE = re.compile(r"(\d+):(\d+)( .*)?")


def faults(text: str | bytes) -> list[tuple[str, str]]:
    """The places and codes of the faults for which a plan is refused."""
    with pytest.raises(Refusal, match="plan_faulty") as refusal:
        check.parse(text.encode() if isinstance(text, str) else text)
    for lang in ("vi", "en"):
        assert all(not UNFILLED.search(line) and line.isprintable() for line in refusal.value.lines(lang))
    assert all(PLACE.fullmatch(fault.location) for fault in refusal.value.faults), refusal.value.faults
    return [(fault.location, fault.code) for fault in refusal.value.faults]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def changed(old: str, new: str) -> str:
    """The bundled plan with one change."""
    assert BUNDLED.count(old) >= 1
    return BUNDLED.replace(old, new, 1)


def test_the_bundled_plan_is_the_one_of_2024() -> None:
    plan = check.read("binh-dinh-2024")
    assert check.bundled() == ("binh-dinh-2024",)
    assert [unit.target for unit in plan.units] == [50] + [80] * 10
    assert (plan.window.opens_on, plan.window.closes_on) == (dt.date(2024, 8, 5), dt.date(2024, 10, 1))
    assert plan.window.report_before == dt.date(2024, 10, 5)
    assert {unit.parent for unit in plan.units} == {None, "van-phong"}
    assert all(unit.transactions is None for unit in plan.units)


@pytest.mark.parametrize(
    ("old", "new", "code", "path"),
    [
        ('code = "binh-dinh-2024"', 'code = "Bình Định"', "plan_bad_code", "code"),
        ('code = "binh-dinh-2024"', f'code = "{"x" * 65}"', "plan_bad_code", "code"),
        ('code = "binh-dinh-2024"', 'code = ""', "plan_missing", "code"),
        (
            'questionnaire = "bhxh-2024@1"',
            'questionnaire = "x@1"',
            "plan_unknown_questionnaire",
            "questionnaire",
        ),
        ('questionnaire = "bhxh-2024@1"', "questionnaire = 1", "plan_wrong_type", "questionnaire"),
        ('paper_check = "totals"', 'paper_check = "none"', "plan_unknown_word", "paper_check"),
        (
            'paper_check = "totals"',
            'sensitive_questions = ["x"]',
            "plan_unknown_question",
            "sensitive_questions",
        ),
        ('paper_check = "totals"', "sensitive_questions = 1", "plan_wrong_type", "sensitive_questions"),
        ('paper_check = "totals"', 'colour = "red"', "plan_unknown_name", "colour"),
        ("opens_on = 2024-08-05", "opens_on = 2024-10-01", "plan_days_order", "window.closes_on"),
        ("opens_on = 2024-08-05", 'opens_on = "2024-08-05"', "plan_wrong_type", "window.opens_on"),
        ("opens_on = 2024-08-05", "opens_on = 2024-08-05T00:00:00", "plan_wrong_type", "window.opens_on"),
        ("opens_on = 2024-08-05", "opens_on = 0001-01-01", "plan_day_unlikely", "window.opens_on"),
        ("opens_on = 2024-08-05", "opens_on = 9999-12-31", "plan_day_unlikely", "window.opens_on"),
        (
            "report_before = 2024-10-05",
            "report_before = 2024-09-30",
            "plan_days_order",
            "window.report_before",
        ),
        ('official = "f1"', 'official = "f4"', "plan_unknown_word", "index.official"),
        ('official = "f1"', "official = true", "plan_wrong_type", "index.official"),
        ('agency = "', 'agency = "\\u0000', "plan_bad_text", "headings.agency"),
        ('agency = "', 'agency = "\\u202e', "plan_bad_text", "headings.agency"),
        ('agency = "', f'agency = "{"x" * 400}', "plan_bad_text", "headings.agency"),
        ("legal_bases = [", 'legal_bases = ["", ', "plan_bad_text", "headings.legal_bases[0]"),
        ("legal_bases = [", "legal_bases = [1, ", "plan_wrong_type", "headings.legal_bases[0]"),
        ("target = 50", "target = -1", "plan_out_of_range", "units[0].target"),
        ("target = 50", "target = 1_000_001", "plan_out_of_range", "units[0].target"),
        ("target = 50", "target = 9223372036854775808", "plan_out_of_range", "units[0].target"),
        ("target = 50", "target = 50.0", "plan_wrong_type", "units[0].target"),
        ("target = 50", "target = true", "plan_wrong_type", "units[0].target"),
        ("target = 50", "target = 50\ntransactions = 0", "plan_out_of_range", "units[0].transactions"),
        ("counters = 3", "counters = 100", "plan_out_of_range", "units[0].counters"),
        ('kind = "province_office"', 'kind = "castle"', "plan_unknown_word", "units[0].kind"),
        ('code = "an-nhon"', 'code = "van-phong"', "plan_repeated_code", "units[0].code"),
        ('parent = "van-phong"', 'parent = "nowhere"', "plan_unknown_parent", "units[1].parent"),
        ('parent = "van-phong"', 'parent = "an-nhon"', "plan_unknown_parent", "units[1].parent"),
        ("[index]", "[indices]", "plan_missing", "index"),
        ('times = ["18:00"]', 'times = ["24:00"]', "plan_bad_time", "releases.times[0]"),
        ('times = ["18:00"]', 'times = ["6 giờ"]', "plan_bad_time", "releases.times[0]"),
        ('times = ["18:00"]', 'times = ["18:00", "18:00"]', "plan_repeated_time", "releases.times[1]"),
        ('times = ["18:00"]', "times = []", "plan_release_count", "releases.times"),
        ('period = ""', 'period = "week"', "plan_unknown_word", "releases.period"),
    ],
)
def test_a_fault_is_named_with_its_place(old: str, new: str, code: str, path: str) -> None:
    text = changed(old, new)
    found = faults(text)
    assert code in {found_code for _, found_code in found}
    place = next(place for place, found_code in found if found_code == code)
    assert place.endswith(f" {path}")
    lines, name = text.splitlines(), re.sub(r"\[\d+\]", "", path.rpartition(".")[2])
    number, column = map(int, place.split()[0].split(":"))
    if code != "plan_missing":
        assert re.match(rf"\s*{name}\b", lines[number - 1]), (place, lines[number - 1])
        assert lines[number - 1][: column - 1].rstrip().endswith("=")


def test_all_faults_come_at_once_in_their_order() -> None:
    text = (
        BUNDLED.replace("target = 80", "target = -80")
        .replace('"f1"', '"f9"')
        .replace("counters = 3", "x = 1")
    )
    found = faults(text)
    assert len(found) == 12
    assert [code for _, code in found].count("plan_out_of_range") == 10
    numbers = [int(place.split(":")[0]) for place, code in found if code == "plan_out_of_range"]
    assert numbers == [n for n, line in enumerate(text.splitlines(), 1) if line == "target = -80"]


def test_nothing_at_all_names_everything_that_is_missing() -> None:
    found = faults("")
    assert {code for _, code in found} == {"plan_missing", "plan_unit_count"}
    assert {place.partition(" ")[2] for place, _ in found} >= {
        "code",
        "title",
        "window",
        "index",
        "headings",
        "units",
    }


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("x = [" * 3000, "1:1", "toml_too_deep"),
        ("x = " + "9" * 5000, "1:1", "toml_syntax"),
        ("a = 1\na = 2", "2:6", "toml_syntax"),
        ("[window]\n[window]", "2:8", "toml_syntax"),
        ('a = "', "1:6", "toml_syntax"),
        ("a = 2024-02-30", "1:5", "toml_syntax"),
        ("a = 1\r\nb = \x00", "2:5", "toml_syntax"),
        ("a = 1\rb = 2", "1:6", "toml_syntax"),
        ("=", "1:1", "toml_syntax"),
        ("a =", "1:4", "toml_syntax"),
        ("\x1b[31m = 1", "1:1", "toml_syntax"),
    ],
)
def test_what_is_no_toml_is_named(text: str, place: str, code: str) -> None:
    ((found, found_code),) = faults(text)
    # Newer interpreters count the levels themselves and call it a fault of the syntax.
    assert found_code in {code, "toml_syntax"}
    assert found.split(":")[0] == place.split(":", maxsplit=1)[0]


def test_bytes_that_are_no_text_are_named() -> None:
    assert faults(b"a = 1\n\xff\xfe") == [("2:1", "file_not_utf8")]
    assert faults(BUNDLED.encode("utf-16"))[0][1] == "file_not_utf8"
    assert faults(b"#" * (check.LARGEST_FILE + 1)) == [("1:1", "file_too_large")]


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_and_line_ends_of_other_systems_are_read(start: str, end: str) -> None:
    text = start + BUNDLED.replace("\n", end)
    assert check.parse(text.encode()) == check.read("binh-dinh-2024")
    broken = text.replace("target = 50", "target = 50.5")
    assert faults(broken)[0][0].split(":")[0] == str(line_of(BUNDLED, "target = 50"))


def test_lines_are_counted_as_editors_count_them() -> None:
    """Signs inside a text that Python takes for the end of a line, and texts of many lines."""
    text = changed('title = "', 'title = "\u2028\x85').replace("target = 50", "target = x", 1)
    assert faults(text)[0][0].startswith(f"{line_of(BUNDLED, 'target = 50')}:")
    long = changed("[index]", '[index]\nextra = """\n[[units]]\ntarget = 1\n"""\n').replace(
        "target = 50", "target = -5"
    )
    found = {code: place for place, code in faults(long)}
    assert found["plan_out_of_range"] == f"{line_of(long, 'target = -5')}:10 units[0].target"


def test_five_thousand_units_are_read_and_one_more_is_not() -> None:
    head = BUNDLED[: BUNDLED.index("[[units]]")]
    unit = '[[units]]\ncode = "u-{0}"\nname = "Đơn vị {0}"\nkind = "local_office"\ntarget = 3\n'
    many = head + "".join(unit.format(number) for number in range(check.MOST_UNITS))
    assert len(check.parse(many.encode()).units) == 5000
    assert [code for _, code in faults(many + unit.format("x"))] == ["plan_unit_count"]


def test_a_plan_is_the_same_after_the_way_through_json() -> None:
    plan = check.read("binh-dinh-2024")
    assert from_json(json.loads(json.dumps(plan.to_json()))) == plan


@pytest.mark.parametrize("name", ["", "no-such", "/", "/dev/null/x", "a\x00b", "x" * 5000])
def test_a_file_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Refusal, match="plan_not_found"):
        check.read(name)


def test_an_endless_file_is_refused() -> None:
    with pytest.raises(Refusal, match="plan_faulty"):
        check.read("/dev/zero")


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "kế hoạch.toml"
    path.write_text(BUNDLED.replace("binh-dinh-2024", "mine"), "utf-8")
    assert check.read(str(path)).code == "mine"


LINES = BUNDLED.splitlines(keepends=True)
VALUES = st.sampled_from(
    [
        '""',
        "1",
        "-1",
        "1e400",
        "nan",
        "true",
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        "{a={}}",
        "1979-05-27",
        "07:32:00",
        '"\\u0000"',
        "'x'",
    ]
)


@settings(max_examples=150, deadline=None)
@example([("value", 0, "[]")])
@example([("value", 8, "[{}]"), ("value", 9, "nan")])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["drop", "double", "value", "noise"]), st.integers(0, len(LINES) - 1), VALUES
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_a_damaged_plan_is_read_or_refused_and_never_a_defect(damages: list[tuple[str, int, str]]) -> None:
    lines = list(LINES)
    for kind, at, value in damages:
        line = lines[at]
        lines[at] = {
            "drop": "",
            "double": line * 2,
            "value": f"{line.partition('=')[0]}= {value}\n",
            "noise": line[: len(line) // 2] + value + line[len(line) // 2 :],
        }[kind]
    text = "".join(lines)
    try:
        plan = check.parse(text.encode())
    except Refusal:
        assert faults(text)
    else:
        assert from_json(json.loads(json.dumps(plan.to_json()))) == plan


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_never_a_defect(data: bytes) -> None:
    assert faults(data)


def test_places_know_quoted_names_and_lists_of_tables() -> None:
    known = locations('a = 1\n"b c" = 2\n[t]\n  d = 3\n[[u]]\n[[u]]\ne = 4\n[u.v]\nf = 5\n')
    assert known == {
        "a": "1:5",
        "b c": "2:9",
        "t": "3:1",
        "t.d": "4:7",
        "u[0]": "5:1",
        "u[1]": "6:1",
        "u[1].e": "7:5",
        "u.v": "8:1",
        "u.v.f": "9:5",
    }
    assert located("u[1].missing", known) == "6:1 u[1].missing"
    assert located("nowhere", known) == "1:1 nowhere"
    assert located("", known) == "1:1"
