"""A made-up campaign of a province: results, facts and heading for the tests of documents."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from scoring.index import WeightedCriterion
from scoring.results import Formula, SurveyResult
from scoring.summary import Questions, Rules, summarise
from survey.documents.reports.record import CampaignFacts, ReportHeading, UnitFacts

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
    f"{criterion}.{place}": THEMES[place - 1]
    for criterion, number in SIZES.items()
    for place in range(1, number + 1)
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

HEADING = ReportHeading(
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
    authority=("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
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


def survey(
    forms: tuple[int, ...] = (62,) + (83,) * 10,
    *,
    seed: int = 2024,
    known: bool = True,
    official: Formula = "f1",
) -> SurveyResult:
    """Simulate a campaign with so many forms per unit; N is known or not."""
    random = np.random.default_rng(seed)
    units = [f"u{place:02d}" for place in range(1, len(forms) + 1)]
    marks = np.concatenate([_marks(random, number) for number in forms])
    unit = np.repeat(np.arange(len(forms)), forms)
    population = [400 + 37 * place if known else None for place in range(len(forms))]
    columns = {key: place for place, key in enumerate(ITEMS)}
    criteria = tuple(
        WeightedCriterion(key, points, tuple(columns[item] for item in ITEMS if item.startswith(f"{key}.")))
        for key, points in zip(CRITERIA, (2, 1.5, 1.5, 3, 3, 2), strict=True)
    )
    questions = Questions((*ITEMS, "Q"), criteria, overall_item=len(ITEMS))
    return summarise(marks, unit, units, population, questions, Rules(official=official))


def _marks(random: np.random.Generator, number: int) -> NDArray[np.uint8]:
    """Return marks whose answers on one form belong together, with blanks and no opinions."""
    size = (number, len(ITEMS) + 1)
    mood = random.normal(4.5 + random.normal(0, 0.15), 0.5, size=(number, 1)) + random.normal(
        0, 0.12, size=size[1]
    )
    marks = np.clip(np.rint(mood + random.normal(0, 0.5, size=size)), 1, 5).astype(np.uint8)
    fate = random.random(size)
    marks[fate < 0.03] = 0
    marks[fate > 0.97] = 9
    return marks
