"""The results of a campaign: every unit and the province, all indices, all formulas, one record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from scoring.arrays import BoolArray, CountArray, FloatArray
from scoring.defaults import LEVEL, SATISFIED_FROM
from scoring.design import Moments, expand, expansion, moments, select
from scoring.estimates import (
    F1_SCALE,
    INDEX,
    ITEM_SHARE,
    PERCENT,
    Method,
    Sample,
    effective_forms,
    guaranteed_share,
    scaled_estimates,
)
from scoring.index import Scheme, WeightedCriterion, build_scheme, estimate
from scoring.results import (
    SCHEMA_VERSION,
    CriterionRule,
    DomainResult,
    Formula,
    IndexResult,
    OverallRule,
    SurveyResult,
)
from scoring.tally import Counts, FormTable, arrange, count, forms_answering

ItemInterval = Literal["wilson", "guaranteed"]


@dataclass(frozen=True, slots=True)
class Questions:
    """The questionnaire as scoring sees it.

    ``items`` ids of all columns of the marks, in order; ``criteria`` over those columns;
    ``overall_item`` the column of the direct question about overall satisfaction, or None.
    """

    items: tuple[str, ...]
    criteria: tuple[WeightedCriterion, ...]
    overall_item: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What the campaign has decided: its official formula and how items become criteria and an overall index.

    ``item_interval``: ``wilson`` (the default: right on average, narrowest) or ``guaranteed`` (Blaker's exact
    one for the F2 of an item in a unit, which never covers less than the level, and is wider).
    """

    official: Formula = "f1"
    criterion: CriterionRule = "pooled"
    overall: OverallRule = "pooled"
    level: float = LEVEL
    satisfied_from: int = SATISFIED_FROM
    item_interval: ItemInterval = "wilson"


@dataclass(frozen=True, slots=True)
class _Survey:
    """Everything that is computed once, before any domain.

    A *group* is a set of columns that an index is made of: every item, every criterion, all items together.
    ``member`` int (groups, items) says which; ``answering`` float (strata, groups) counts the forms.
    """

    questions: Questions
    rules: Rules
    scheme: Scheme
    names: tuple[str, ...]
    member: CountArray
    counts: Counts
    answering: FloatArray


@dataclass(frozen=True, slots=True)
class _DomainEstimates:
    """One unit or the province: its estimates and counts, ready to be published index by index."""

    survey: _Survey
    single: bool
    forms: int
    population: int | None
    value: list[float]
    se: list[float]
    samples: tuple[Sample, ...]
    levels: list[tuple[int, int, int, int, int]]
    no_opinion: list[int]
    blank: list[int]

    def item_method(self, item: int) -> Method:
        """Return the interval for the share of an item; a guaranteed one holds for one unit only."""
        rules = self.survey.rules
        if rules.item_interval == "wilson" or not self.single:
            return ITEM_SHARE
        levels = self.levels[item]
        return guaranteed_share(sum(levels[rules.satisfied_from - 1 :]), sum(levels), self.population)

    def index(self, group: int, position: int) -> IndexResult:
        """Publish the index at ``position`` of the scheme with the counts of ``group``."""
        scheme, level = self.survey.scheme, self.survey.rules.level
        sample, mean = self.samples[group], scheme.size + position
        method = self.item_method(group) if group < scheme.items else INDEX
        f1, f3 = scaled_estimates(self.value[mean], self.se[mean], sample, level, INDEX, (F1_SCALE, PERCENT))
        (f2,) = scaled_estimates(self.value[position], self.se[position], sample, level, method, (PERCENT,))
        levels = self.levels[group]
        return IndexResult(
            self.survey.names[group],
            sample.forms,
            sum(levels),
            self.no_opinion[group],
            self.blank[group],
            levels,
            f1,
            f2,
            f3,
            self.items_of(group),
        )

    def items_of(self, group: int) -> tuple[str, ...]:
        """Return the ids of the items in a group of several; none for the group of one item."""
        if group < self.survey.scheme.items:
            return ()
        return tuple(
            self.survey.names[column] for column in np.flatnonzero(self.survey.member[group]).tolist()
        )

    def result(self, name: str) -> DomainResult:
        """Publish every index of the domain under its name."""
        survey, scheme = self.survey, self.survey.scheme
        of_items = survey.rules.criterion == "mean_of_items"
        first, everything = scheme.means if of_items else scheme.pooled, len(survey.names) - 1
        direct = survey.questions.overall_item
        pooled = self.index(everything, scheme.overall_pooled)
        weighted = self.index(everything, scheme.overall_weighted + of_items)
        return DomainResult(
            id=name,
            forms=self.forms,
            population=self.population,
            criteria=tuple(
                self.index(scheme.items + number, first + number) for number in range(len(scheme.criteria))
            ),
            items=tuple(self.index(item, item) for item in range(scheme.items) if item != direct),
            overall=pooled if survey.rules.overall == "pooled" else weighted,
            overall_pooled=pooled,
            overall_weighted=weighted,
            overall_item=None if direct is None else self.index(direct, direct),
        )


def _samples(survey: _Survey, part: Moments, answering: FloatArray, weight: FloatArray) -> tuple[Sample, ...]:
    forms, known = answering.sum(axis=0), ~np.isnan(part.population)
    # An item has the degrees of freedom of its answers, an index those of the forms.
    based_on = np.repeat(part.forms[:, None], forms.size, axis=1)
    based_on[:, : survey.scheme.items] = answering[:, : survey.scheme.items]
    df = based_on.sum(axis=0) - np.count_nonzero(based_on, axis=0)
    effective = effective_forms(answering, part.population, weight)
    held = part.forms > 0
    census, known_all = bool(np.all((part.population == part.forms)[held])), bool(known[held].all())
    return tuple(
        Sample(int(n), d, census, known_all, e)
        for n, d, e in zip(forms.tolist(), df.tolist(), effective.tolist(), strict=True)
    )


def _domain(survey: _Survey, everything: Moments, weight: FloatArray, strata: BoolArray) -> _DomainEstimates:
    part, counts = select(everything, strata), survey.counts
    estimates = estimate(survey.scheme, part)
    levels = survey.member @ counts.levels[strata].sum(axis=0)
    known = part.population
    return _DomainEstimates(
        survey=survey,
        single=part.forms.size == 1,
        forms=int(part.forms.sum()),
        population=None if np.isnan(known).any() else int(known.sum()),
        value=estimates.value.tolist(),
        se=estimates.se.tolist(),
        samples=_samples(survey, part, survey.answering[strata], weight[strata]),
        levels=[(a, b, c, d, e) for a, b, c, d, e in levels.tolist()],
        no_opinion=(survey.member @ counts.no_opinion[strata].sum(axis=0)).tolist(),
        blank=(survey.member @ counts.blank[strata].sum(axis=0)).tolist(),
    )


def _survey(table: FormTable, questions: Questions, rules: Rules) -> _Survey:
    scheme = build_scheme(table.columns.shape[0], questions.criteria)
    names = (*questions.items, *(criterion.id for criterion in questions.criteria), "overall")
    # The base ratios of the scheme are exactly the groups: items, criteria, all items of the criteria.
    groups = [np.flatnonzero(row).tolist() for row in scheme.base]
    answering = forms_answering(table, groups).astype(np.float64)
    return _Survey(questions, rules, scheme, names, scheme.base.astype(np.int64), count(table), answering)


def summarise(
    marks: ArrayLike,
    unit: ArrayLike,
    units: Sequence[str],
    population: Sequence[int | None],
    questions: Questions,
    rules: Rules,
) -> SurveyResult:
    """Estimate every item, criterion and overall index of every unit and of the province.

    ``marks`` uint8 (n_forms, n_items): 1..5 counted, 0 blank, 9 no opinion; ``unit`` index into ``units``
    per form; ``population`` transactions N per unit, None where unknown. Raises ValueError where a known N
    is smaller than the unit's forms. Strata are the units; variances are linearised at the level of the
    form, with finite population correction where N is known.

    The province comes pooled over forms and, where N is known for every unit that has forms, weighted by
    transactions; a unit without forms takes no part in either. Edge cases and methods: see
    :func:`scoring.estimates.scaled_estimates`. Worked value: the published table of 1597 answers in the tests.
    """
    table = arrange(marks, unit, population)
    if bool(np.any(table.population < table.forms)):
        raise ValueError("a unit has more forms than transactions")
    return _result(_survey(table, questions, rules), units, moments(table, rules.satisfied_from))


def _result(survey: _Survey, units: Sequence[str], pooled: Moments) -> SurveyResult:
    rules, alike, weight = survey.rules, np.ones(len(units)), expansion(pooled)
    everywhere = np.ones(len(units), dtype=np.bool_)
    weighted = None
    if not np.isnan(weight).any():
        weighted = _domain(survey, expand(pooled, weight), weight, everywhere).result("province")
    return SurveyResult(
        schema_version=SCHEMA_VERSION,
        level=rules.level,
        official=rules.official,
        criterion_rule=rules.criterion,
        overall_rule=rules.overall,
        units=tuple(
            _domain(survey, pooled, alike, only).result(name)
            for name, only in zip(units, np.eye(len(units), dtype=np.bool_), strict=True)
        ),
        province_pooled=_domain(survey, pooled, alike, everywhere).result("province"),
        province_weighted=weighted,
    )
