"""The results of a campaign: every unit and the province, all indices, all formulas, one record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scoring.design import Moments, expand, expansion, moments, select
from scoring.estimates import F1_SCALE, INDEX, ITEM_SHARE, PERCENT, Sample, publish
from scoring.index import Criterion, Estimates, Scheme, estimate, scheme
from scoring.record import (
    SCHEMA_VERSION,
    CriterionRule,
    DomainResult,
    Formula,
    IndexResult,
    OverallRule,
    SurveyResult,
)
from scoring.tally import BoolArray, Counts, FloatArray, FormTable, arrange, count, forms_answering


@dataclass(frozen=True, slots=True)
class Questions:
    """The questionnaire as scoring sees it.

    ``items`` ids of all columns of the marks, in order; ``criteria`` over those columns;
    ``overall_item`` the column of the direct question about overall satisfaction, or None.
    """

    items: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    overall_item: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What the campaign has decided: its official formula and how items become criteria and an overall index."""

    official: Formula = "f1"
    criterion: CriterionRule = "pooled"
    overall: OverallRule = "pooled"
    level: float = 0.95
    satisfied_from: int = 4


@dataclass(frozen=True, slots=True)
class _Survey:
    """Everything that is computed once, before any domain.

    A *group* is a set of columns that an index is made of: every item, every criterion, all items together.
    """

    questions: Questions
    rules: Rules
    plan: Scheme
    groups: tuple[tuple[int, ...], ...]
    counts: Counts
    answering: FloatArray

    def names(self) -> tuple[str, ...]:
        """The id of every group."""
        questions = self.questions
        return (*questions.items, *(criterion.id for criterion in questions.criteria), "overall")


@dataclass(frozen=True, slots=True)
class _Domain:
    """One unit or the province: its moments, estimates and counts, ready to be published index by index."""

    survey: _Survey
    strata: BoolArray
    moments: Moments
    weight: FloatArray
    found: Estimates
    se: FloatArray

    def sample(self, group: int) -> Sample:
        """Return the forms behind a group's index."""
        answering = self.survey.answering[self.strata, group]
        some, part = answering > 0, self.moments
        # An item has the degrees of freedom of its answers, an index those of the forms.
        based_on = answering if group < self.survey.plan.items else part.forms
        return Sample(
            answering=tuple(answering[some].tolist()),
            population=tuple(None if np.isnan(n) else n for n in part.population[some].tolist()),
            weight=tuple(self.weight[self.strata][some].tolist()),
            df=float(based_on.sum() - np.count_nonzero(based_on)),
            census=bool(np.all((part.population == part.forms)[part.forms > 0])),
        )

    def index(self, group: int, position: int) -> IndexResult:
        """Publish the index at ``position`` of the scheme with the counts of ``group``."""
        survey, columns = self.survey, list(self.survey.groups[group])
        counts, rules = survey.counts, survey.rules
        levels = counts.levels[self.strata][:, columns].sum(axis=(0, 1))
        sample = self.sample(group)
        share = self.found.value[position], self.se[position]
        place = survey.plan.size + position
        mean = self.found.value[place], self.se[place]
        method = ITEM_SHARE if group < survey.plan.items else INDEX
        return IndexResult(
            id=survey.names()[group],
            forms=int(sum(sample.answering)),
            answers=int(levels.sum()),
            no_opinion=int(counts.no_opinion[self.strata][:, columns].sum()),
            blank=int(counts.blank[self.strata][:, columns].sum()),
            levels=tuple(levels.tolist()),
            f1=publish(*mean, sample, rules.level, INDEX, F1_SCALE),
            f2=publish(*share, sample, rules.level, method, PERCENT),
            f3=publish(*mean, sample, rules.level, INDEX, PERCENT),
        )

    def result(self, name: str) -> DomainResult:
        """Publish every index of the domain under its name."""
        survey, plan = self.survey, self.survey.plan
        of_items = survey.rules.criterion == "mean_of_items"
        first, everything = plan.means if of_items else plan.pooled, len(survey.groups) - 1
        direct = survey.questions.overall_item
        pooled = self.index(everything, plan.overall_pooled)
        weighted = self.index(everything, plan.overall_weighted + of_items)
        known = self.moments.population
        return DomainResult(
            id=name,
            forms=int(self.moments.forms.sum()),
            population=None if np.isnan(known).any() else int(known.sum()),
            criteria=tuple(
                self.index(plan.items + number, first + number) for number in range(len(plan.criteria))
            ),
            items=tuple(self.index(item, item) for item in range(plan.items) if item != direct),
            overall=pooled if survey.rules.overall == "pooled" else weighted,
            overall_pooled=pooled,
            overall_weighted=weighted,
            overall_item=None if direct is None else self.index(direct, direct),
        )


def _domain(survey: _Survey, everything: Moments, weight: FloatArray, strata: BoolArray) -> _Domain:
    part = select(everything, strata)
    found = estimate(survey.plan, part)
    return _Domain(survey, strata, part, weight, found, found.se)


def _survey(table: FormTable, questions: Questions, rules: Rules) -> _Survey:
    plan = scheme(table.columns.shape[0], questions.criteria)
    criteria = tuple(criterion.columns for criterion in questions.criteria)
    everything = tuple(sorted({column for columns in criteria for column in columns}))
    groups = (*((item,) for item in range(plan.items)), *criteria, everything)
    answering = forms_answering(table, groups).astype(np.float64)
    return _Survey(questions, rules, plan, groups, count(table), answering)


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
    :func:`scoring.estimates.publish`. Worked value: the published table of 1597 answers in the tests.
    """
    table = arrange(marks, unit, population)
    if bool(np.any(table.population < table.forms)):
        raise ValueError("a unit has more forms than transactions")
    survey = _survey(table, questions, rules)
    pooled = moments(table, rules.satisfied_from)
    alike, weight = np.ones(len(units)), expansion(pooled)
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
