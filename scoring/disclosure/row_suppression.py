"""Which facts may stand beside the answers of single forms: none that fewer than ten forms have in common.

Answers of a form, row by row, tell of a person as soon as somebody knows which row is whose. What somebody may know of
a person beforehand (the office, the month, age, work, the way of answering) is therefore written only as far as at
least ten rows agree in it: k-anonymity by suppression (Sweeney 2002, doi:10.1142/S021848850200165X).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from scoring.disclosure.suppression import THRESHOLD

Facts = tuple[str, ...]
UNSAID = ""


def suppress(rows: Sequence[Facts]) -> list[Facts]:
    """Return the facts of every row, those emptied that fewer than ten rows share.

    All rows have equally many facts, the most important first, each told within the rows that agree so far. Rows whose
    fact is emptied are at least 10 there, or none: where they are fewer, the next smallest group loses the fact with
    them. Worked value: of 12 rows ``("a",)``, 11 ``("b",)`` and one ``("c",)``, b and c are emptied, 12 rows together.
    """
    shown: list[list[str]] = [[UNSAID] * len(row) for row in rows]
    _open(rows, range(len(rows)), 0, shown)
    return [tuple(row) for row in shown]


def _open(rows: Sequence[Facts], members: Sequence[int], at: int, shown: list[list[str]]) -> None:
    """Write the fact number *at* of those *members* that share it with enough others, and go on with these."""
    if len(members) < THRESHOLD or at == len(rows[members[0]]):
        return
    groups: dict[str, list[int]] = defaultdict(list)
    for member in members:
        groups[rows[member][at]].append(member)
    unsaid = groups.pop(UNSAID, [])
    for value, group in sorted(groups.items(), key=lambda one: (len(one[1]), one[0])):
        if len(group) < THRESHOLD or 0 < len(unsaid) < THRESHOLD:
            unsaid += group
            continue
        for member in group:
            shown[member][at] = value
        _open(rows, group, at + 1, shown)
    _open(rows, unsaid, at + 1, shown)
