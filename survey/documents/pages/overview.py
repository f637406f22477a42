"""What the results page shows: the report's own sentences and tables, and any formula by unit and criterion.

Everything here is made by the functions that make the official report, so page, PDF and XLSX agree.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from scoring.disclosure.hidden_cells import CellKey
from scoring.results import FORMULAS, DomainResult, Formula, SurveyResult
from survey.documents.reports import cells
from survey.documents.reports.record import (
    CampaignFacts,
    Cell,
    Column,
    ReportHeading,
    Table,
    TableRow,
    UnitFacts,
)
from survey.documents.reports.report_context import ReportContext, context_of
from survey.documents.reports.sections import keying_section, release_sentences, report_sentences, tables


@dataclass(frozen=True, slots=True)
class FormulaChoice:
    """A formula that the page can show: its sign, name and rule, and whether it is the official one."""

    id: str
    label: str
    name: str
    rule: str
    official: bool


@dataclass(frozen=True, slots=True)
class KeyingQuality:
    """How well paper was keyed in, as the report says it."""

    title: str
    sentences: tuple[str, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Overview:
    """The results of the province, or of one unit, as a page shows them; ``matrix`` is the province's.

    ``notes`` say what the full tables were made without, and what changed since.
    """

    headline: tuple[str, ...]
    collection: tuple[str, ...]
    remarks: tuple[str, ...]
    notes: tuple[str, ...]
    caveats: tuple[str, ...]
    formulas: tuple[FormulaChoice, ...]
    overall: Table
    criteria: Table
    items: Table
    matrix: Table | None
    keying: KeyingQuality | None


def of_province(
    result: SurveyResult,
    facts: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: ReportHeading,
    formula: Formula,
    hidden: Collection[CellKey] | None = None,
) -> Overview:
    """Return the province's overview with *formula* (``f1``, ``f2``, ``f3``) by unit and criterion."""
    context = context_of(result, facts, units, heading, hidden)
    shown = context.result
    pooled, weighted = shown.province_pooled, shown.province_weighted
    return Overview(
        headline=report_sentences.province(context),
        collection=report_sentences.collection(context, units),
        remarks=report_sentences.remarks(context, pooled, shown.units),
        notes=(notes := release_sentences.limits(context, None)),
        caveats=_without(notes, report_sentences.limits(context, shown.units)),
        formulas=_choices(context),
        overall=tables.overall(context, pooled, weighted),
        criteria=tables.criteria(context, pooled, "summary"),
        items=tables.items(context, pooled),
        matrix=_matrix(context, formula),
        keying=_keying_quality(context, units),
    )


def of_unit(
    result: SurveyResult,
    unit: str,
    facts: CampaignFacts,
    units: Sequence[UnitFacts],
    heading: ReportHeading,
    hidden: Collection[CellKey] | None = None,
) -> Overview:
    """Return one unit's overview; *result* is the whole campaign's, so that hidden cells stay hidden."""
    context = context_of(result, facts, units, heading, hidden).about(unit)
    domain = next(each for each in context.result.units if each.id == unit)
    own = [each for each in units if each.id == unit]
    return Overview(
        headline=(report_sentences.unit_headline(context, domain),),
        collection=report_sentences.collection(context, own),
        remarks=report_sentences.remarks(context, domain, (domain,)),
        notes=(notes := release_sentences.limits(context, unit)),
        caveats=_without(notes, report_sentences.limits(context, (domain,))),
        formulas=_choices(context),
        overall=tables.overall(context, domain, None),
        criteria=tables.criteria(context, domain, "units"),
        items=tables.items(context, domain),
        matrix=None,
        keying=_keying_quality(context, own),
    )


def _without(notes: Sequence[str], limits: Sequence[str]) -> tuple[str, ...]:
    return tuple(sentence for sentence in limits if sentence not in notes)


def _keying_quality(context: ReportContext, units: Sequence[UnitFacts]) -> KeyingQuality | None:
    table = keying_section.table(context, units)
    if table is None:
        return None
    sentences = keying_section.sentences(context.texts, keying_section.total(units))
    return KeyingQuality(context.text("section.keying"), sentences, table)


def _choices(context: ReportContext) -> tuple[FormulaChoice, ...]:
    return tuple(
        FormulaChoice(
            id=formula,
            label=context.text(f"formula.{formula}"),
            name=context.text(f"formula.{formula}_name"),
            rule=context.text(f"formula.{formula}_rule"),
            official=formula == context.result.official,
        )
        for formula in FORMULAS
    )


def _matrix(context: ReportContext, formula: Formula) -> Table:
    """Show one formula with its intervals for every unit and criterion, the province in two ways below."""
    result, text = context.result, context.text
    rows = [_matrix_row(context, unit, context.unit_name(unit.id), formula) for unit in result.units]
    rows.append(
        _matrix_row(context, result.province_pooled, text("column.province_pooled"), formula, total=True)
    )
    if result.province_weighted is not None:
        rows.append(
            _matrix_row(
                context, result.province_weighted, text("column.province_weighted"), formula, total=True
            )
        )
    ids = [index.id for index in result.province_pooled.criteria]
    title = text("table.matrix", official=tables.formula_label(context, formula))
    return Table("matrix", title, _columns(context, ids), tuple(rows), tables.notes(context, rows), "units")


def _columns(context: ReportContext, ids: Sequence[str]) -> tuple[Column, ...]:
    low, high = context.text("column.low"), context.text("column.high")
    named = [*(f"{index}. {context.index_name(index)}" for index in ids), context.text("column.overall")]
    return (
        cells.column(context.text("column.unit"), "name", 30),
        cells.column(context.text("column.forms"), "count", 10),
        *(cells.estimate_column(label, 16, low, high) for label in named),
    )


def _matrix_row(
    context: ReportContext, domain: DomainResult, label: str, formula: Formula, *, total: bool = False
) -> TableRow:
    forms = domain.overall.forms
    shown = context.shown(domain, domain.overall) or forms == 0
    estimates: tuple[Cell, ...] = tuple(
        cells.estimate(index.by(formula), context.text("column.census"))
        if context.shown(domain, index)
        else cells.HIDDEN_ESTIMATE
        for index in (*domain.criteria, domain.overall)
    )
    number = cells.number(forms) if shown and domain.id not in context.withheld else cells.HIDDEN
    return TableRow((cells.text(label), number, *estimates), "total" if total else "plain")
