"""Which cells of a results record stay hidden: small ones, and those that would give a small one away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from scoring.disclosure.suppression import THRESHOLD, protect
from scoring.results import DomainResult, Estimate, IndexResult, SurveyResult, indices

SUPPRESSED = "suppressed"

CellKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Sum:
    """Cells that add up to a total which the report shows."""

    total: CellKey
    parts: tuple[CellKey, ...]

    def gives_away(self, hidden: set[CellKey], forms: dict[CellKey, int], threshold: int) -> bool:
        """Say whether the shown total tells about so few hidden parts that it tells about single answers."""
        dark = [part for part in self.parts if part in hidden]
        if not dark or self.total in hidden:
            return False
        return len(dark) == 1 or sum(forms[part] for part in dark) < threshold


def hidden_cells(result: SurveyResult, threshold: int = THRESHOLD) -> frozenset[CellKey]:
    """Return the cells (domain id, index id) that must not be shown.

    A cell with 1 to ``threshold - 1`` forms is hidden. ``scoring.disclosure.suppression`` then protects each index over
    the units. Where the hidden parts of a visible sum still rest on a single cell or on fewer than
    ``threshold`` forms together (a unit's criteria sum to its overall index, as items to a criterion), the
    smallest visible part is hidden too, until no sum gives anything away. An empty cell hides nothing. A
    result that was suppressed already keeps the cells that were hidden then.
    """
    already = _already_hidden(result)
    if already:
        return already
    forms = _forms(result)
    weight = _weights(result, forms)
    hidden = {key for key, number in forms.items() if 0 < number < threshold}
    hidden |= _protected(result, forms, threshold)
    sums = tuple(_sums(result))
    while added := set(_given_away(sums, forms, weight, hidden, threshold)):
        hidden |= added
    return frozenset(hidden)


def suppressed(result: SurveyResult, hidden: Collection[CellKey] | None = None) -> SurveyResult:
    """Return the results with the hidden cells emptied, by default those of :func:`hidden_cells`.

    An emptied cell has no counts, and estimates without a value whose note is ``suppressed``. A domain's
    number of forms stays: it is the office's own count, not an answer.
    """
    cells = frozenset(hidden_cells(result) if hidden is None else hidden)
    return result.mapped(lambda name, index: _emptied(index) if (name, index.id) in cells else index)


def _emptied(index: IndexResult) -> IndexResult:
    nothing = Estimate(None, None, None, None, None, "none", SUPPRESSED)
    return replace(
        index,
        forms=0,
        answers=0,
        no_opinion=0,
        blank=0,
        levels=(0, 0, 0, 0, 0),
        f1=nothing,
        f2=nothing,
        f3=nothing,
    )


def _already_hidden(result: SurveyResult) -> frozenset[CellKey]:
    domains = (*result.units, result.province_pooled)
    pairs = ((domain.id, index) for domain in domains for index in indices(domain))
    return frozenset((name, index.id) for name, index in pairs if index.f1.note == SUPPRESSED)


def _protected(result: SurveyResult, forms: dict[CellKey, int], threshold: int) -> set[CellKey]:
    rows, protected = [*result.units, result.province_pooled], set[CellKey]()
    for index in indices(result.province_pooled):
        # Every index adds up over the units and nothing adds up over indices, so each is a table of its own.
        counts = [[forms[unit.id, index.id]] for unit in result.units]
        table = protect(counts, row_totals=False, column_totals=True, threshold=threshold)
        protected |= {(rows[row].id, index.id) for row, _ in table.primary | table.complementary}
    return protected


def _given_away(
    sums: Iterable[_Sum],
    forms: dict[CellKey, int],
    weight: dict[CellKey, tuple[int, int]],
    hidden: set[CellKey],
    threshold: int,
) -> Iterator[CellKey]:
    for relation in sums:
        if relation.gives_away(hidden, forms, threshold):
            open_parts = [part for part in relation.parts if part not in hidden and forms[part] > 0]
            yield min(open_parts, key=weight.__getitem__, default=relation.total)


def _forms(result: SurveyResult) -> dict[CellKey, int]:
    domains = (*result.units, result.province_pooled)
    return {(domain.id, index.id): index.forms for domain in domains for index in indices(domain)}


def _weights(result: SurveyResult, forms: dict[CellKey, int]) -> dict[CellKey, tuple[int, int]]:
    # The unit with the fewest forms is hidden in every column alike, not a different one in each.
    size = {domain.id: domain.forms for domain in (*result.units, result.province_pooled)}
    return {key: (size[key[0]], number) for key, number in forms.items()}


def _sums(result: SurveyResult) -> Iterator[_Sum]:
    whole = result.province_pooled
    for index in indices(whole):
        yield _Sum((whole.id, index.id), tuple((unit.id, index.id) for unit in result.units))
    for domain in (*result.units, whole):
        yield _Sum((domain.id, domain.overall.id), _keys(domain, domain.criteria))
        for criterion in domain.criteria:
            yield _Sum((domain.id, criterion.id), _keys(domain, domain.items_of(criterion)))


def _keys(domain: DomainResult, parts: Sequence[IndexResult]) -> tuple[CellKey, ...]:
    return tuple((domain.id, part.id) for part in parts)
