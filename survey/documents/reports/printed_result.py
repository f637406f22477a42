"""The results as every output prints them: hidden cells emptied, figures rounded once for all outputs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from scoring.disclosure.hidden_cells import CellKey, suppressed
from scoring.results import Estimate, IndexResult, SurveyResult
from survey.documents.reports.formats import rounded


def printed_result(result: SurveyResult, hidden: Collection[CellKey] | None = None) -> SurveyResult:
    """Return the results with their hidden cells emptied and every value and interval end at two decimals.

    Page, PDF, XLSX and figures all start from it, so that none of them can print another last digit.
    """
    return suppressed(result, hidden).mapped(lambda _, index: _rounded(index))


def _rounded(index: IndexResult) -> IndexResult:
    return replace(index, f1=_printed(index.f1), f2=_printed(index.f2), f3=_printed(index.f3))


def _printed(estimate: Estimate) -> Estimate:
    ends = (estimate.value, estimate.low, estimate.high)
    value, low, high = (None if end is None else float(rounded(end)) for end in ends)
    return replace(estimate, value=value, low=low, high=high)
