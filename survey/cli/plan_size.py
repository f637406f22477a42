"""``./hailong plan-size``: how many forms a question needs, and what a number of forms can say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from scoring.faults import FaultyInput
from scoring.planning import Precision, forms_for_margin, forms_to_show_target, precision
from survey.cli.language import say
from survey.errors import Refusal

MINIMUM_QUOTAS = (50, 80)  # of the plan of 2024: a small unit's and a large one's
SHARE = click.FloatRange(0, 100)
BETWEEN = click.FloatRange(0, 100, min_open=True, max_open=True)
COUNT = click.IntRange(min=1)


@click.command(
    help=say(
        "Tính số phiếu cần thu để đạt sai số (--margin) hoặc chứng tỏ vượt mục tiêu (--target), và cho biết số "
        "phiếu đã định (--forms) nói lên được gì. Mọi tỷ lệ ghi bằng phần trăm.",
        "Compute how many forms a margin (--margin) or showing a target (--target) needs, and what a number "
        "of forms (--forms) can say. All shares are in per cent.",
    )
)
@click.option(
    "--margin", type=BETWEEN, help=say("Sai số mong muốn, ± điểm phần trăm.", "Wanted margin, ± points.")
)
@click.option(
    "--target", type=BETWEEN, help=say("Mục tiêu phải chứng tỏ là vượt.", "The target to be shown.")
)
@click.option(
    "--share",
    type=SHARE,
    default=90,
    show_default=True,
    help=say("Tỷ lệ hài lòng dự kiến.", "The expected share of the satisfied."),
)
@click.option(
    "--population",
    type=COUNT,
    help=say("Số giao dịch N trong kỳ, nếu biết.", "The number of transactions N, where known."),
)
@click.option(
    "--forms",
    type=COUNT,
    multiple=True,
    help=say("Số phiếu đã định; lặp lại được.", "A number of forms; repeatable."),
)
@click.option(
    "--level", type=BETWEEN, default=95, show_default=True, help=say("Độ tin cậy.", "Confidence level.")
)
@click.option(
    "--power",
    type=BETWEEN,
    default=80,
    show_default=True,
    help=say("Xác suất chứng tỏ được.", "Probability of showing it."),
)
@click.option("--json", "as_json", is_flag=True, help=say("Xuất dạng JSON.", "Write JSON."))
def plan_size(
    margin: float | None,
    target: float | None,
    share: float,
    population: int | None,
    forms: Sequence[int],
    level: float,
    power: float,
    *,
    as_json: bool,
) -> None:
    """Print the forms needed, and what the numbers of forms asked for give."""
    asked = forms or (MINIMUM_QUOTAS if margin is None and target is None else ())
    sure, chance, expected = level / 100, power / 100, share / 100
    answer: dict[str, Any] = {"share": share, "population": population, "level": level, "power": power}
    try:
        if margin is not None:
            needed = forms_for_margin(margin / 100, population, expected, sure)
            answer["margin"] = {"wanted": margin, "forms": needed}
        if target is not None:
            shown = forms_to_show_target(expected, target / 100, population, sure, chance)
            answer["target"] = {"wanted": target, "forms": shown}
        answer["forms"] = [_row(precision(n, population, sure, chance, (expected,))) for n in asked]
    except FaultyInput as faulty:
        raise Refusal("planning_faulty", faulty.faults) from faulty
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else "\n".join(_sentences(answer)))


def _row(given: Precision) -> dict[str, Any]:
    fall = given.differences[0]
    return {
        "forms": given.forms,
        "margin": 100 * given.margins[0],
        "difference": None if fall is None else 100 * fall,
    }


def _sentences(answer: dict[str, Any]) -> list[str]:
    lines = []
    if found := answer.get("margin"):
        lines.append(
            say(
                f"Sai số ±{found['wanted']:g} điểm: cần {found['forms']} phiếu.",
                f"A margin of ±{found['wanted']:g} points: {found['forms']} forms.",
            )
        )
    if found := answer.get("target"):
        lines.append(_about_target(found))
    return lines + [_about_forms(row) for row in answer["forms"]]


def _about_target(found: dict[str, Any]) -> str:
    if found["forms"] is None:
        return say(
            f"Không số phiếu nào chứng tỏ được mức {found['wanted']:g} %.",
            f"No number of forms can show {found['wanted']:g} %.",
        )
    return say(
        f"Chứng tỏ vượt {found['wanted']:g} %: cần {found['forms']} phiếu.",
        f"To show {found['wanted']:g} %: {found['forms']} forms.",
    )


def _about_forms(row: dict[str, Any]) -> str:
    forms, margin, fall = row["forms"], f"{row['margin']:.1f}", row["difference"]
    if fall is None:
        return say(
            f"{forms} phiếu: sai số ±{_comma(margin)} điểm, không phân biệt được với đơn vị nào.",
            f"{forms} forms: margin ±{margin} points, tells no unit from another.",
        )
    return say(
        f"{forms} phiếu: sai số ±{_comma(margin)} điểm, phân biệt được đơn vị thấp hơn {_comma(f'{fall:.1f}')} điểm.",
        f"{forms} forms: margin ±{margin} points, tells a unit that is {fall:.1f} points lower.",
    )


def _comma(figure: str) -> str:
    return figure.replace(".", ",")
