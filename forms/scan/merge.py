"""Pages become forms: fronts and backs find each other by serial, and what appears twice stops both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from forms.layout import EDITIONS, lay_out
from forms.questionnaire import Questionnaire
from forms.scan.records import FormStatus, ReadAnswer, ReadComment, ReadForm, ReadPage

_FormKey = tuple[str, str]  # unit and serial: forms are told in this order


def stop_duplicates(pages: Sequence[ReadPage]) -> tuple[ReadPage, ...]:
    """Return the pages, those marked whose unit, serial and page number appear more than once, with the others' places."""
    together: dict[tuple[_FormKey, int | None], list[ReadPage]] = defaultdict(list)
    for key, page in _recognised(pages):
        together[key, page.page].append(page)
    stopped = {
        page.source: replace(
            page,
            status="duplicate",
            reason="scan_duplicate",
            others=tuple(other.source for other in group if other is not page),
        )
        for group in together.values()
        if len(group) > 1
        for page in group
    }
    return tuple(stopped.get(page.source, page) for page in pages)


def merge_forms(pages: Sequence[ReadPage], questionnaire: Questionnaire) -> tuple[ReadForm, ...]:
    """Return one record per serial, its pages in order; ``missing_pages`` names what was not scanned."""
    grouped: dict[_FormKey, list[ReadPage]] = defaultdict(list)
    for key, page in _recognised(pages):
        grouped[key].append(page)
    editions = {page.edition for page in pages}
    wanted = {
        name: lay_out(questionnaire, edition).pages for name, edition in EDITIONS.items() if name in editions
    }
    return tuple(_form(key, group, wanted) for key, group in sorted(grouped.items()))


def _recognised(pages: Sequence[ReadPage]) -> Iterator[tuple[_FormKey, ReadPage]]:
    for page in pages:
        if page.serial and page.unit is not None and page.status in {"read", "duplicate"}:
            yield (page.unit, page.serial), page


def _form(key: _FormKey, group: Sequence[ReadPage], wanted: Mapping[str, int]) -> ReadForm:
    unit, serial = key
    editions = sorted({page.edition for page in group if page.edition is not None})
    missing = _missing(group, max(wanted[edition] for edition in editions))
    is_duplicate = len(editions) > 1 or any(page.status == "duplicate" for page in group)
    status: FormStatus = "duplicate" if is_duplicate else "incomplete" if missing else "complete"
    ordered = tuple(sorted(group, key=lambda page: page.page or 0))
    return ReadForm(
        serial=serial,
        unit=unit,
        edition=editions[0],
        status=status,
        missing_pages=missing,
        pages=ordered,
        answers=() if is_duplicate else _answers(ordered),
        comment=_comment(group),
    )


def _comment(group: Sequence[ReadPage]) -> ReadComment | None:
    return next((page.comment for page in group if page.comment), None)


def _missing(group: Sequence[ReadPage], pages: int) -> tuple[int, ...]:
    return tuple(sorted(set(range(1, pages + 1)) - {page.page for page in group}))


def _answers(ordered: Sequence[ReadPage]) -> tuple[ReadAnswer, ...]:
    return tuple(chain.from_iterable(page.answers for page in ordered))
