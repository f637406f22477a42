"""From the text of a plan to its record, or to all of its faults with their place."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from forms.faults import FaultyInstrument
from forms.languages.known import TAG
from forms.questionnaire import load_questionnaire
from scoring.points import point_tables
from survey.errors import Fault, Refusal
from survey.plans.locations import located, locations
from survey.plans.plan import (
    EVERY_CHANNEL,
    POINT_TABLE,
    CampaignWindow,
    ChannelRules,
    DocumentHeadings,
    IndexRules,
    PaperRules,
    Plan,
    PlanUnit,
    ReleaseRules,
)
from survey.plans.reader import UNKNOWN_DAY, PlanReader
from survey.vocabulary import Formula, UnitKind

BUNDLED = Path(__file__).parent / "bundled"
MOST_UNITS = 5000
MOST_TARGET = 1_000_000
MOST_TRANSACTIONS = 1_000_000_000
LARGEST_FILE = 4_000_000
MOST_RELEASES = 4  # a day: more often the rule of difference would let none through anyway
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
NEWLINE = "\n"


def bundled() -> tuple[str, ...]:
    """Return the names of the plans that ship with the product."""
    return tuple(sorted(path.stem for path in BUNDLED.glob("*.toml")))


def read(name_or_path: str) -> Plan:
    """Return the plan of a bundled name or a file.

    Raises:
        Refusal: ``plan_not_found``; ``plan_faulty`` with every fault and its line and column.
    """
    path = BUNDLED / f"{name_or_path}.toml" if name_or_path in bundled() else Path(name_or_path)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise Refusal("plan_not_found", name=name_or_path, known=", ".join(bundled())) from error
    return parse(data)


def parse(data: bytes) -> Plan:
    """Return the plan that the TOML *data* states.

    Raises:
        Refusal: ``plan_faulty`` with every fault and its line and column.
    """
    text = _text(data)
    values = _values(text)
    faults: list[Fault] = []
    plan = _plan(PlanReader(values, "", faults))
    if faults:
        known = locations(text)
        raise Refusal("plan_faulty", [replace(f, location=located(f.location, known)) for f in faults])
    return plan


def _text(data: bytes) -> str:
    if len(data) > LARGEST_FILE:
        raise Refusal("plan_faulty", [Fault("file_too_large", "1:1", {"most": LARGEST_FILE})])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refusal("plan_faulty", [Fault("file_not_utf8", f"{line}:1")]) from error


def _values(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise Refusal("plan_faulty", [Fault("toml_too_deep", "1:1")]) from error
    except ValueError as error:  # besides bad syntax: a number with thousands of digits
        raise Refusal("plan_faulty", [_syntax_fault(text, str(error))]) from error


def _syntax_fault(text: str, message: str) -> Fault:
    where = re.search(r" \(at line (\d+), column (\d+)\)", message)
    if where is None:
        return Fault("toml_syntax", f"{text.count(NEWLINE) + 1}:1", {"message": message.partition(" (")[0]})
    return Fault("toml_syntax", f"{where[1]}:{where[2]}", {"message": message.removesuffix(where[0])})


def _plan(reader: PlanReader) -> Plan:
    sensitive = reader.texts("sensitive_questions")
    plan = Plan(
        code=reader.code("code"),
        title=reader.text("title"),
        questionnaire=_questionnaire(reader, sensitive),
        window=_window(reader.table("window")),
        index=_index(reader.table("index")),
        paper_check=reader.word("paper_check", ("totals", "second_person"), "totals"),
        sensitive_questions=sensitive,
        headings=_headings(reader.table("headings")),
        units=_units(reader),
        paper=_paper(reader.table("paper")) if "paper" in reader.values else PaperRules(),
        channels=_channels(reader.table("channels")) if "channels" in reader.values else ChannelRules(),
        point_table=reader.word("point_table", point_tables.bundled(), POINT_TABLE),
        languages=_languages(reader),
        releases=_releases(reader.table("releases")) if "releases" in reader.values else ReleaseRules(),
    )
    reader.done()
    return plan


def _releases(reader: PlanReader) -> ReleaseRules:
    times = reader.texts("times") if "times" in reader.values else ReleaseRules().times
    for place, time in enumerate(times):
        if not TIME.fullmatch(time):
            reader.fault("plan_bad_time", f"times[{place}]", found=time)
        elif time in times[:place]:
            reader.fault("plan_repeated_time", f"times[{place}]", found=time)
    if not 1 <= len(times) <= MOST_RELEASES:
        reader.fault("plan_release_count", "times", most=MOST_RELEASES)
    period = reader.word("period", ("month", "quarter"), "")
    reader.done()
    return ReleaseRules(tuple(sorted(times)), period)


def _languages(reader: PlanReader) -> tuple[str, ...]:
    named = reader.texts("languages")
    for place, tag in enumerate(named):
        if not TAG.fullmatch(tag):
            reader.fault("plan_unknown_language", f"languages[{place}]", found=tag)
        elif tag in named[:place]:
            reader.fault("plan_repeated_language", f"languages[{place}]", found=tag)
    return named


def _channels(reader: PlanReader) -> ChannelRules:
    counted = reader.texts("counted")
    for channel in counted:
        if channel not in EVERY_CHANNEL:
            reader.fault("plan_unknown_word", "counted", found=channel, allowed=", ".join(EVERY_CHANNEL))
    if not counted:
        reader.fault("plan_missing", "counted")
    reader.done()
    return ChannelRules(counted)


def _questionnaire(reader: PlanReader, sensitive: Sequence[str]) -> str:
    ref = reader.text("questionnaire")
    if not ref:
        return ref  # noted as missing already
    try:
        load_questionnaire(ref).opt_in(*sensitive)
    except FaultyInstrument:
        reader.fault("plan_unknown_questionnaire", "questionnaire", found=ref)
    except ValueError:
        reader.fault("plan_unknown_question", "sensitive_questions")
    return ref


def _window(reader: PlanReader) -> CampaignWindow:
    window = CampaignWindow(reader.day("opens_on"), reader.day("closes_on"), reader.day("report_before"))
    known = UNKNOWN_DAY not in (window.opens_on, window.closes_on, window.report_before)
    if known and window.opens_on >= window.closes_on:
        reader.fault("plan_days_order", "closes_on")
    if known and window.closes_on > window.report_before:
        reader.fault("plan_days_order", "report_before")
    reader.done()
    return window


def _index(reader: PlanReader) -> IndexRules:
    rules = IndexRules(
        official=reader.word("official", Formula),
        criterion=reader.word("criterion", ("pooled", "mean_of_items"), "pooled"),
        overall=reader.word("overall", ("pooled", "weighted"), "pooled"),
    )
    reader.done()
    return rules


def _headings(reader: PlanReader) -> DocumentHeadings:
    headings = DocumentHeadings(
        governing_body=reader.text("governing_body"),
        agency=reader.text("agency"),
        place=reader.text("place"),
        number_symbol=reader.text("number_symbol"),
        addressee=reader.text("addressee"),
        legal_bases=reader.texts("legal_bases"),
        signer_titles=reader.texts("signer_titles"),
        signer_name=reader.text("signer_name", ""),
        recipients=reader.texts("recipients"),
    )
    reader.done()
    return headings


def _paper(reader: PlanReader) -> PaperRules:
    rules = PaperRules(double_keyed_share=reader.whole("double_keyed_share", 0, 100, 10))
    reader.done()
    return rules


def _units(reader: PlanReader) -> tuple[PlanUnit, ...]:
    rows = reader.tables("units")
    if not 1 <= len(rows) <= MOST_UNITS:
        reader.fault("plan_unit_count", "units", most=MOST_UNITS)
    units = tuple(_unit(row) for row in rows[:MOST_UNITS])
    codes = Counter(unit.code for unit in units)
    for row, unit in zip(rows, units, strict=False):
        if unit.code and codes[unit.code] > 1:
            row.fault("plan_repeated_code", "code", found=unit.code)
        if unit.parent is not None and (unit.parent not in codes or unit.parent == unit.code):
            row.fault("plan_unknown_parent", "parent", found=unit.parent)
    return units


def _unit(reader: PlanReader) -> PlanUnit:
    unit = PlanUnit(
        code=reader.code("code"),
        name=reader.text("name"),
        kind=reader.word("kind", UnitKind),
        parent=reader.code("parent") if "parent" in reader.values else None,
        target=reader.whole("target", 0, MOST_TARGET),
        transactions=reader.whole_or_unknown("transactions", 1, MOST_TRANSACTIONS),
        counters=reader.whole("counters", 1, 99, 1),
    )
    reader.done()
    return unit
