"""The Vietnamese form of the numbers that a figure prints."""

from __future__ import annotations


def number(value: float, decimals: int = 2) -> str:
    """Print a number with the decimal comma, as in ``95,17``."""
    return f"{value:.{decimals}f}".replace(".", ",").replace("-", "\N{MINUS SIGN}")


def whole(value: int) -> str:
    """Print a count with a point between thousands, as in ``1.597``."""
    return f"{value:,}".replace(",", ".")


def short(value: float) -> str:
    """Print a percentage without a needless decimal, as in ``85`` and ``87,5``."""
    return number(value, 1).removesuffix(",0")


def interval(low: float, high: float, decimals: int = 2) -> str:
    """Print the ends of an interval, as in ``93,76 – 96,28``."""
    return f"{number(low, decimals)} – {number(high, decimals)}"


def span(low: int, high: int) -> str:
    """Print a set of ranks, as in ``2 – 5``, or a single one as ``2``."""
    return str(low) if low == high else f"{low} – {high}"
