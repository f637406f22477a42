"""The one place where documents turn figures, dates and foreign text into what is read on paper."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from babel.lists import format_list
from babel.numbers import format_decimal

NOTHING = "–"
NBSP = "\u00a0"
_CENT = Decimal("0.01")
_LONGEST = 300


def rounded(value: float) -> Decimal:
    """Round to two decimals, half away from zero.

    The detour over 15 significant digits is what spreadsheets do: a figure that is 95.625 but for the
    noise of binary arithmetic becomes 95.63 here and there, never 95.62 in one of them.
    """
    return Decimal(format(value, ".15g")).quantize(_CENT, ROUND_HALF_UP)


def rounded_up(value: float) -> Decimal:
    """Round an upper bound to two decimals upwards, so that what is printed is a bound too."""
    return Decimal(format(value, ".15g")).quantize(_CENT, ROUND_CEILING)


def decimal(value: float | Decimal) -> str:
    """Format with two decimals and a decimal comma: ``95,17``."""
    exact = value if isinstance(value, Decimal) else rounded(value)
    return format_decimal(exact, format="#,##0.00", locale="vi")


def percent(value: float | Decimal) -> str:
    """Format a share in per cent: ``95,17 %``, the sign tied to the figure by a no-break space."""
    return f"{decimal(value)}{NBSP}%"


def short_percent(value: float) -> str:
    """Format a target without needless decimals: ``85 %``, ``87,5 %``."""
    return f"{format_decimal(rounded(value), format='#,##0.##', locale='vi')}{NBSP}%"


def interval(low: float, high: float) -> str:
    """Format both ends of an interval: ``94,02–96,11``."""
    return f"{decimal(low)}–{decimal(high)}"


def whole_interval(low: int, high: int) -> str:
    """Format the ends of a rounded interval: ``82–91``."""
    return f"{count(low)}–{count(high)}"


def count(value: int) -> str:
    """Format a count with the dot that groups thousands: ``1.597``."""
    return format_decimal(value, locale="vi")


def short_date(day: date) -> str:
    """Format a date inside running text: ``05/8/2024``, zeros as the decree on records asks."""
    return f"{day_figures(day)}/{month_figures(day)}/{day.year}"


def day_figures(day: date) -> str:
    """Write the day of a date: ``05``."""
    return f"{day.day:02d}"


def month_figures(day: date) -> str:
    """Write the month of a date: ``02``, ``3``."""
    # Decree 30/2020: a leading zero for days under 10 and for months 1 and 2 only.
    return f"{day.month:02d}" if day.month <= 2 else str(day.month)


def period_parts(code: str) -> tuple[str, str, str]:
    """Return kind, number and year of a period's code: ``2024-08`` is month, 8, 2024; ``2024-Q3`` quarter, III, 2024."""
    year, _, part = code.partition("-")
    if part.startswith("Q"):
        return "quarter", roman(int(part[1:])), year
    return "month", month_figures(date(int(year), int(part), 1)), year


def plain(text: str, longest: int = _LONGEST) -> str:
    """Return foreign text as one line: composed letters, no control or direction marks, no endless name."""
    letters = (_line_letter(letter) for letter in unicodedata.normalize("NFC", text))
    line = re.sub(" {2,}", " ", "".join(letters)).strip(" ")
    return line if len(line) <= longest else line[: longest - 1].rstrip(" ") + "…"


def _line_letter(letter: str) -> str:
    if letter in "\t\n\v\f\r\x85\u2028\u2029":
        return " "
    return "" if unicodedata.category(letter).startswith("C") else letter


def listing(names: Sequence[str]) -> str:
    """Join names for a sentence as Vietnamese does: commas, and a word before the last."""
    return format_list(list(names), locale="vi")


def roman(number: int) -> str:
    """Write a section number in Roman figures (1 to 39 suffice for a report)."""
    ones = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return "X" * (number // 10) + ones[number % 10]
