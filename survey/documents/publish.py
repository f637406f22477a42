"""Which cells of a report stay hidden: small ones, and those that would give a small one away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scoring.record import DomainResult, IndexResult, SurveyResult

THRESHOLD = 10

CellKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Sum:
    """Cells that add up to a total which the report shows."""

    total: CellKey
    parts: tuple[CellKey, ...]


def hidden_cells(result: SurveyResult, threshold: int = THRESHOLD) -> frozenset[CellKey]:
    """Return the cells (domain id, index id) that must not be shown.

    A cell with 1 to ``threshold - 1`` forms is hidden. Where the hidden parts of a visible sum rest on a
    single cell or on fewer than ``threshold`` forms together, the smallest visible part is hidden too,
    until no sum gives anything away. An empty cell hides nothing.
    """
    forms = _forms(result)
    weight = _weights(result, forms)
    hidden = {key for key, number in forms.items() if 0 < number < threshold}
    sums = tuple(_sums(result))
    while added := set(_given_away(sums, forms, weight, hidden, threshold)):
        hidden |= added
    return frozenset(hidden)


def _given_away(
    sums: Iterable[_Sum],
    forms: dict[CellKey, int],
    weight: dict[CellKey, tuple[int, int]],
    hidden: set[CellKey],
    threshold: int,
) -> Iterator[CellKey]:
    for relation in sums:
        dark = [part for part in relation.parts if part in hidden]
        open_parts = [part for part in relation.parts if part not in hidden and forms[part] > 0]
        thin = len(dark) == 1 or sum(forms[part] for part in dark) < threshold
        if relation.total in hidden or not dark or not thin:
            continue
        if open_parts:
            yield min(open_parts, key=weight.__getitem__)
        else:
            yield relation.total


def _forms(result: SurveyResult) -> dict[CellKey, int]:
    domains = (*result.units, result.province_pooled)
    return {(domain.id, index.id): index.forms for domain in domains for index in indices(domain)}


def _weights(result: SurveyResult, forms: dict[CellKey, int]) -> dict[CellKey, tuple[int, int]]:
    # The unit with the fewest forms is hidden in every column alike, not a different one in each.
    size = {domain.id: domain.forms for domain in (*result.units, result.province_pooled)}
    return {key: (size[key[0]], number) for key, number in forms.items()}


def indices(domain: DomainResult) -> tuple[IndexResult, ...]:
    """Return every index of a domain once."""
    item = () if domain.overall_item is None else (domain.overall_item,)
    return (*domain.criteria, *domain.items, domain.overall, *item)


def _sums(result: SurveyResult) -> Iterator[_Sum]:
    whole = result.province_pooled
    for index in indices(whole):
        yield _Sum((whole.id, index.id), tuple((unit.id, index.id) for unit in result.units))
    for domain in (*result.units, whole):
        yield _Sum((domain.id, domain.overall.id), _keys(domain, domain.criteria))
        for criterion in domain.criteria:
            own = [item for item in domain.items if item.id.startswith(f"{criterion.id}.")]
            yield _Sum((domain.id, criterion.id), _keys(domain, own))


def _keys(domain: DomainResult, parts: Sequence[IndexResult]) -> tuple[CellKey, ...]:
    return tuple((domain.id, part.id) for part in parts)
