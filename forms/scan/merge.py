"""Pages become forms: fronts and backs find each other by serial, and what appears twice stops both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from forms.instrument import Questionnaire
from forms.layout import EDITIONS, lay_out
from forms.scan.pool import Record

_Serial = tuple[str, str]


def stop_duplicates(pages: Sequence[Record]) -> None:
    """Mark every page whose unit, serial and page number appear more than once, and tell where the others are."""
    for group in _grouped(pages, "page").values():
        if len(group) > 1:
            positions = [{"file": page["file"], "page_index": page["page_index"]} for page in group]
            for number, page in enumerate(group):
                page["status"], page["reason"] = "duplicate", "scan_duplicate"
                page["others"] = positions[:number] + positions[number + 1 :]


def merge_forms(pages: Sequence[Record], questionnaire: Questionnaire) -> list[dict[str, Any]]:
    """Return one record per serial.

    ``status`` is ``complete``, ``incomplete`` (``missing_pages`` names what was not scanned) or ``duplicate``;
    only a complete form can be accepted, and only where no answer needs a person.
    """
    wanted = {
        name: lay_out(questionnaire, edition).pages
        for name, edition in EDITIONS.items()
        if _fits(pages, name)
    }
    return [_form(serial, group, wanted) for serial, group in sorted(_grouped(pages).items())]


def _fits(pages: Sequence[Record], edition: str) -> bool:
    return any(page.get("edition") == edition for page in pages)


def _grouped(pages: Sequence[Record], *further: str) -> dict[Any, list[Record]]:
    grouped: dict[Any, list[Record]] = defaultdict(list)
    for page in pages:
        if page["serial"] and page["status"] in {"read", "duplicate"}:
            grouped[page["unit"], page["serial"], *(page[name] for name in further)].append(page)
    return grouped


def _form(serial: _Serial, group: Sequence[Record], wanted: dict[str, int]) -> dict[str, Any]:
    editions = {page["edition"] for page in group}
    count = max(wanted[edition] for edition in editions)
    missing = sorted(set(range(1, count + 1)) - {page["page"] for page in group})
    is_duplicate = len(editions) > 1 or any(page["status"] == "duplicate" for page in group)
    status = "duplicate" if is_duplicate else "incomplete" if missing else "complete"
    answers = [] if is_duplicate else [answer for page in _in_order(group) for answer in page["answers"]]
    return {
        "serial": serial[1],
        "unit": serial[0],
        "edition": min(editions),
        "status": status,
        "missing_pages": missing,
        "pages": [
            {"file": page["file"], "page_index": page["page_index"], "page": page["page"]}
            for page in _in_order(group)
        ],
        "answers": answers,
        "needs_human": sum(answer["needs_human"] for answer in answers),
        "comment": next((page["comment"] for page in group if page.get("comment")), None),
    }


def _in_order(group: Sequence[Record]) -> list[Record]:
    return sorted(group, key=lambda page: page["page"])
