"""The Vietnamese texts of the figures, read from ``texts.toml`` beside this module, and their phrases."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from scoring.charts.numerals import interval, number, short, span, whole


@cache
def _texts() -> Mapping[str, Any]:
    """Return the whole file, read once."""
    return tomllib.loads(resources.files("scoring.charts").joinpath("texts.toml").read_text("utf-8"))


def _entry(key: str) -> Any:
    entry: Any = _texts()
    for part in key.split("."):
        if not isinstance(entry, Mapping) or part not in entry:
            raise KeyError(f"scoring/charts/texts.toml has no text {key!r}")
        entry = entry[part]
    return entry


def text(key: str, **values: str) -> str:
    """Return a text by its dotted key, its places filled.

    Raises KeyError for a key that is no text of the file, and for a place without a value: a figure without
    a word of its own must not be printed.
    """
    entry = _entry(key)
    if not isinstance(entry, str):
        raise KeyError(f"scoring/charts/texts.toml has no text {key!r}")
    return entry.format(**values)


def texts(key: str) -> tuple[str, ...]:
    """Return a list of texts, such as the names of the five levels; raises KeyError as :func:`text` does."""
    entry = _entry(key)
    if not isinstance(entry, list):
        raise KeyError(f"scoring/charts/texts.toml has no list {key!r}")
    return tuple(str(one) for one in entry)


def confidence(level: float) -> str:
    """Name a confidence level, as in ``độ tin cậy 95 %``."""
    return text("confidence", level=short(100 * level))


def target(percent: float) -> str:
    """Name a target line, as in ``85 %``."""
    return text("target", percent=short(percent))


def targets(percents: Sequence[float]) -> str:
    """Name all targets in one sentence."""
    return text("targets", targets=", ".join(target(percent) for percent in percents))


def forms(count: int) -> str:
    """Return a number of forms."""
    return text("forms", count=whole(count))


def answers(count: int) -> str:
    """Return a number of answers."""
    return text("answers", count=whole(count))


def estimate(value: float | None, low: float | None, high: float | None, decimals: int = 2) -> str:
    """Describe an estimate and its interval, or what is missing of them."""
    if value is None:
        return text("no_data")
    if low is None or high is None:
        return text("estimate_alone", value=number(value, decimals), no_interval=text("no_interval"))
    return text(
        "estimate", value=number(value, decimals), low=number(low, decimals), high=number(high, decimals)
    )


def unit_ranks(rank: int, low: int, high: int) -> str:
    """Describe a unit's place and the set of ranks that the data leave open."""
    return text("ranks.unit", rank=str(rank), ranks=span(low, high))


def pace_stand(day: str, count: int, needed: float) -> str:
    """Describe what has come in by a day and what an even pace would have by then."""
    return text("pace.stand", day=day, forms=forms(count), needed=whole(round(needed)))


def criterion_driver(satisfaction: float, weight: float, low: float, high: float) -> str:
    """Describe a criterion's satisfaction and its share of the overall judgement."""
    return text(
        "importance.criterion",
        satisfaction=number(satisfaction),
        weight=number(weight, 1),
        interval=interval(low, high, 1),
    )
