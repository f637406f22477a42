"""A made-up campaign of a province: results, facts and heading for the tests of documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from scoring.record import DomainResult, Estimate, IndexResult, SurveyResult
from survey.documents.content import CampaignFacts, Heading, UnitFacts

CRITERIA = {
    "C1": "Tiếp cận dịch vụ",
    "C2": "Điều kiện tiếp đón và phục vụ",
    "C3": "Thủ tục hành chính",
    "C4": "Kết quả, tiến độ giải quyết",
    "C5": "Sự phục vụ của viên chức",
    "C6": "Tiếp nhận, xử lý phản ánh, kiến nghị",
}
SIZES = {"C1": 4, "C2": 5, "C3": 4, "C4": 4, "C5": 5, "C6": 4}
THEMES = (
    "Thông tin về thủ tục dễ tìm, dễ hiểu",
    "Các kênh thông tin đầy đủ và được cập nhật (trang web, ứng dụng VssID, bảng niêm yết)",
    "Nơi giao dịch dễ đến, thời gian mở cửa và thời gian chờ phù hợp",
    "Viên chức hướng dẫn rõ ràng, đầy đủ trong một lần",
    "Không gây phiền hà, sách nhiễu",
)
ITEMS = {
    f"{criterion}.{place}": THEMES[place - 1] for criterion, number in SIZES.items() for place in range(1, number + 1)
}
NAMES = (
    "Văn phòng BHXH tỉnh",
    "BHXH thị xã An Nhơn",
    "BHXH thị xã Hoài Nhơn",
    "BHXH huyện An Lão",
    "BHXH huyện Hoài Ân",
    "BHXH huyện Phù Cát",
    "BHXH huyện Phù Mỹ",
    "BHXH huyện Tây Sơn",
    "BHXH huyện Tuy Phước",
    "BHXH huyện Vân Canh",
    "BHXH huyện Vĩnh Thạnh",
)

HEADING = Heading(
    governing_body="Bảo hiểm xã hội Việt Nam",
    agency="Bảo hiểm xã hội tỉnh Bình Định",
    place="Bình Định",
    symbol="BC-BHXH",
    number="1234",
    date=date(2024, 10, 5),
    legal_bases=(
        "Căn cứ Kế hoạch khảo sát mức độ hài lòng của người dân, tổ chức đối với sự phục vụ của cơ quan bảo hiểm xã hội năm 2024;",
    ),
    addressees=("Bảo hiểm xã hội Việt Nam;", "Ủy ban nhân dân tỉnh Bình Định."),
    recipients=("Như trên", "Giám đốc, các Phó Giám đốc", "Các phòng, BHXH các huyện, thị xã"),
    signer="Nguyễn Văn Mẫu",
)
CAMPAIGN = CampaignFacts(
    name="Khảo sát mức độ hài lòng của người dân, tổ chức đối với sự phục vụ của cơ quan bảo hiểm xã hội năm 2024",
    first_day=date(2024, 8, 5),
    last_day=date(2024, 9, 30),
    as_of=date(2024, 10, 4),
    questionnaire="bhxh-2024@1",
    criteria=CRITERIA,
    items=ITEMS,
    overall_item="Nhìn chung, Ông/Bà hài lòng với lần giao dịch này",
    rehearsal=False,
)


def facts(result: SurveyResult, names: tuple[str, ...] = NAMES) -> tuple[UnitFacts, ...]:
    """Return each unit's counts; quotas as in the plan of 2024."""
    return tuple(
        UnitFacts(unit.id, names[place], 80 if place else 50, unit.forms, place % 3, place % 2, place % 4)
        for place, unit in enumerate(result.units)
    )


def survey(forms: tuple[int, ...] = (62,) + (83,) * 10, *, seed: int = 2024, known: bool = True) -> SurveyResult:
    """Simulate a campaign with so many forms per unit; N is known or not."""
    random = np.random.default_rng(seed)
    units = tuple(
        _domain(f"u{place:02d}", _answers(random, number), 400 + 37 * place if known else None)
        for place, number in enumerate(forms, 1)
    )
    whole = _added("ALL", units)
    weighted = replace(whole, overall=_shifted(whole.overall, -0.4)) if known else None
    return SurveyResult(1, 0.95, "f1", "pooled", "pooled", units, whole, weighted)


def _answers(random: np.random.Generator, number: int) -> dict[str, tuple[int, ...]]:
    """Return levels 1..5, no opinion and blank per item."""
    leaning = random.dirichlet((1, 1, 4, 30, 60))
    shares = np.append(leaning * 0.95, (0.03, 0.02))
    counted = {key: tuple(int(count) for count in random.multinomial(number, shares)) for key in ITEMS}
    return {**counted, "Q": tuple(int(count) for count in random.multinomial(number, shares))}


def _domain(name: str, counts: dict[str, tuple[int, ...]], population: int | None) -> DomainResult:
    items = tuple(_index(key, (counts[key],)) for key in ITEMS)
    criteria = tuple(
        _index(key, tuple(counts[item] for item in ITEMS if item.startswith(f"{key}."))) for key in CRITERIA
    )
    overall = _index("overall", tuple(counts[item] for item in ITEMS))
    forms = sum(counts["Q"])
    item = _index("Q", (counts["Q"],))
    return DomainResult(name, forms, population, criteria, items, overall, overall, overall, item)


def _added(name: str, units: tuple[DomainResult, ...]) -> DomainResult:
    def counts(key: str) -> tuple[int, ...]:
        found = [index for unit in units for index in (*unit.items, unit.overall_item) if index and index.id == key]
        rows = [(*index.levels, index.no_opinion, index.blank) for index in found]
        return tuple(sum(column) for column in zip(*rows, strict=True))

    known = [unit.population for unit in units]
    total = None if None in known else sum(number or 0 for number in known)
    return _domain(name, {key: counts(key) for key in (*ITEMS, "Q")}, total)


def _index(key: str, counts: tuple[tuple[int, ...], ...]) -> IndexResult:
    levels = [sum(row[level] for row in counts) for level in range(5)]
    answers = sum(levels)
    forms = max(sum(row[:5]) for row in counts)
    points = sum(level * number for level, number in enumerate(levels, 1))
    values = (
        (100 * points / (5 * answers), 100 * (levels[3] + levels[4]) / answers, 100 * (points / answers - 1) / 4)
        if answers
        else (None, None, None)
    )
    f1, f2, f3 = (_estimate(value, forms) for value in values)
    no_opinion, blank = sum(row[5] for row in counts), sum(row[6] for row in counts)
    one, two, three, four, five = levels
    return IndexResult(key, forms, answers, no_opinion, blank, (one, two, three, four, five), f1, f2, f3)


def _estimate(value: float | None, forms: int) -> Estimate:
    """Return an estimate whose interval is only a shape: documents print intervals, they do not judge them."""
    if value is None:
        return Estimate(None, None, None, None, None, "none", "no_answers")
    se = 12.0 / max(forms, 1) ** 0.5
    low, high = max(0.0, value - 1.96 * se), min(100.0, value + 1.96 * se)
    return Estimate(value, se, float(max(forms - 1, 1)), low, high, "xlogit")


def _shifted(index: IndexResult, by: float) -> IndexResult:
    def moved(found: Estimate) -> Estimate:
        ends = (found.value, found.low, found.high)
        value, low, high = (None if end is None else end + by for end in ends)
        return replace(found, value=value, low=low, high=high)

    return replace(index, f1=moved(index.f1), f2=moved(index.f2), f3=moved(index.f3))
