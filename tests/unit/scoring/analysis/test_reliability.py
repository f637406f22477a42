"""Reliability: against R's reference records, and where nothing may be said."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from scoring.analysis.reliability import omega, reliability

GOLDEN = Path(__file__).parents[3] / "golden" / "scoring"


def _records() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path in sorted(GOLDEN.glob("*/expected.json")):
        results = json.loads(path.read_text())["results"]
        found += [(path.parent.name, record) for record in results if record["stat"] == "reliability"]
    return found


def _marks(case: str, scale: object) -> NDArray[np.uint8]:
    criteria = json.loads((GOLDEN / case / "case.json").read_text())["criteria"]
    names = [q for one in criteria if scale in ("ALL", one["id"]) for q in one["questions"]]
    with (GOLDEN / case / "responses.csv").open() as file:
        return np.array([[int(row[q] or 0) for q in names] for row in csv.DictReader(file)], dtype=np.uint8)


@pytest.mark.parametrize(("case", "record"), _records())
def test_reference_records(case: str, record: dict[str, Any]) -> None:
    found = reliability(_marks(case, record["scale"]))
    assert found is not None
    assert (found.n, found.k) == (record["n"], record["k"])
    assert_allclose(found.alpha, record["alpha"], rtol=1e-9)
    assert_allclose(found.alpha_std, record["alpha_std"], rtol=1e-9)
    assert_allclose(found.item_rest, record["item_rest"], rtol=1e-9)
    if "omega_total_ml1" in record:
        assert found.omega == pytest.approx(record["omega_total_ml1"], rel=1e-4)


def test_there_are_reference_records() -> None:
    assert len(_records()) >= 20


def test_nothing_is_said_of_few_forms_single_items_or_constant_items() -> None:
    rng = np.random.default_rng(2)
    marks = rng.integers(1, 6, (30, 3)).astype(np.uint8)
    assert reliability(marks[:, :1]) is None
    assert reliability(marks[:19]) is None
    assert reliability(marks[:0]) is None
    constant = marks.copy()
    constant[:, 1] = 5
    assert reliability(constant) is None
    not_counted = marks.copy()
    not_counted[:15, 0] = 9
    assert reliability(not_counted) is None
    assert reliability(not_counted, minimum=15) is not None


def test_alpha_by_hand() -> None:
    """Two items with equal variances and correlation r: alpha = 2 r / (1 + r)."""
    marks = np.array([[1, 1], [1, 2], [2, 1], [2, 2], [2, 2]] * 5, dtype=np.uint8)
    correlation = float(np.asarray(np.corrcoef(marks.T))[0, 1])
    found = reliability(marks)
    assert found is not None
    assert found.alpha == pytest.approx(2 * correlation / (1 + correlation))
    assert found.item_rest == pytest.approx((correlation, correlation))
    assert found.omega is None


def test_omega_by_hand_and_where_it_means_nothing() -> None:
    equal = np.full((3, 3), 0.5) + 0.5 * np.eye(3)
    assert omega(equal) == pytest.approx(0.75)
    heywood = np.array([[1, 0.9, 0.9], [0.9, 1, 0.2], [0.9, 0.2, 1]])
    assert omega(heywood) is None


def test_omega_without_convergence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoring.analysis.reliability._STEPS", 2)
    assert omega(np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]])) is None
