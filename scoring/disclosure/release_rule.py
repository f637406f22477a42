"""When figures over one set of forms may follow figures over others, so that their difference tells of nobody.

Two published tables are a third one: that of the forms in which their sets differ. So the sets behind any two have
to differ by nothing, or by at least as many forms as a table needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from scoring.disclosure.suppression import THRESHOLD

FIRST = 30  # forms behind the first coarse figures of a unit
SHARE = 4  # one form in four must be another before coarse figures are made anew

FormSet = frozenset[bytes]


def may_follow_coarsely(forms: FormSet, earlier: Collection[FormSet]) -> bool:
    """Say whether coarse figures over *forms* may be made, given the sets behind all *earlier* figures.

    The first need 30 forms. Later ones need a set that differs from each earlier one (new, excluded, put back and
    corrected forms all count) in at least 10 forms and a quarter of the larger of the two. Worked values: after 30
    forms 40 may follow; after 60 forms 80 may, 79 may not.
    """
    if len(forms) < FIRST:
        return False
    return all(
        len(forms ^ other) >= max(THRESHOLD, -(-max(len(forms), len(other)) // SHARE)) for other in earlier
    )


def may_follow_fully(forms: FormSet, earlier: Iterable[FormSet]) -> bool:
    """Say whether full tables over *forms* may be made, given the sets behind all *earlier* full ones.

    The set must be one of the earlier, or differ from every one of them in at least 10 forms.
    """
    return all(len(forms ^ other) == 0 or len(forms ^ other) >= THRESHOLD for other in earlier)
