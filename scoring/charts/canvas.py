"""The sheet that every figure is drawn on: sizes, ink, letters, and the way out as SVG and PNG.

matplotlib keeps settings for the whole process and is not made for several threads, so building and
printing happen inside ``drawing()``: one figure at a time, with our settings and nobody else's.
"""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import TextToPath

from scoring.charts import svg, texts

INK, SOFT, FAINT, PAPER = "#1a1a1a", "#595959", "#d4d4d4", "#ffffff"
POINT, TARGET = "#0b5394", "#b45309"
WIDTH = 6.5  # inches: the text width of an A4 page with the margins of decree 30/2020
_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "hailong",
    "path.simplify": False,
    "hatch.linewidth": 0.7,
    "figure.dpi": 100,
    "savefig.bbox": None,
    "axes.facecolor": "none",
}
_LOCK = threading.RLock()
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


@contextmanager
def drawing() -> Iterator[None]:
    """Hold matplotlib for one figure, with the settings that make its output repeatable."""
    with _LOCK, mpl.rc_context(_SETTINGS):
        yield


@dataclass(frozen=True, slots=True)
class Chart:
    """A finished figure. ``description`` says in words what the picture shows, number by number."""

    name: str
    title: str
    description: str
    figure: Figure

    def svg(self) -> str:
        """Return the figure as an ``<svg>`` element, the same text for the same data."""
        sheet = io.BytesIO()
        with drawing():
            self.figure.savefig(sheet, format="svg", metadata={"Date": None, "Creator": None})
        return svg.accessible(sheet.getvalue().decode(), self.name, self.title, self.description)

    def png(self, dpi: int = 200) -> bytes:
        """Return the figure as PNG, the same bytes for the same data."""
        sheet = io.BytesIO()
        with drawing():
            self.figure.savefig(sheet, format="png", dpi=dpi, metadata={"Software": None})
        return sheet.getvalue()


def chart_name(*parts: str) -> str:
    """Join parts to a name that is safe as the beginning of an id in a page."""
    return _UNSAFE.sub("_", "-".join(parts))


def sheet(height: float, title: str, subtitle: str, *, rehearsal: bool) -> Figure:
    """Return a figure of the full text width with its heading, marked where the data are a rehearsal."""
    figure = Figure(figsize=(WIDTH, height), facecolor=PAPER)
    _headline(figure, 1 - 0.20 / height, title, 10.5, INK, bold=True)
    _headline(figure, 1 - 0.40 / height, subtitle, 8, SOFT, bold=False)
    if rehearsal:
        _watermark(figure, height)
    return figure


def _headline(figure: Figure, y: float, text: str, size: float, color: str, *, bold: bool) -> None:
    """Write one line across the sheet, smaller where it would not fit."""
    room = WIDTH * 0.976 / max(text_width(text, size, bold=bold), 1e-9)
    figure.text(0.012, y, text, **style(size * min(1.0, room), color, bold=bold), va="center")


def _watermark(figure: Figure, height: float) -> None:
    """Write the rehearsal mark across the sheet, again every four inches of a tall one."""
    marks = max(1, round(height / 4))
    size = min(44.0, 26.0 * height / marks)
    for mark in range(marks):
        y = (mark + 0.5) / marks
        figure.text(
            0.5,
            y,
            texts.text("rehearsal"),
            **style(size, "#000000", bold=True),
            alpha=0.08,
            rotation=18,
            ha="center",
            va="center",
            zorder=100,
        )


def style(size: float, color: str = INK, *, bold: bool = False) -> dict[str, Any]:
    """Return the keywords of one piece of text: the font that ships with matplotlib, never mathtext."""
    return {"fontproperties": font(size, bold=bold), "color": color, "parse_math": False}


def font(size: float, *, bold: bool = False) -> FontProperties:
    """Return DejaVu Sans, by file, so that no other font of the machine can take its place."""
    return FontProperties(fname=_FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"), size=size)


def write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    size: float = 8,
    color: str = INK,
    *,
    bold: bool = False,
    ha: str = "left",
    va: str = "center",
) -> Text:
    """Write text at data coordinates; it may leave the axes."""
    return axes.text(x, y, text, ha=ha, va=va, **style(size, color, bold=bold))


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the printed width of one line of text, in inches."""
    width, _, _ = TextToPath().get_text_width_height_descent(text, font(size, bold=bold), ismath=False)
    return float(width) / 72


def wrapped(text: str, inches: float, size: float, lines: int = 2) -> str:
    """Break text at spaces into at most so many lines of the given width; what is left over ends in ``…``."""
    done = _broken(text, inches, size)
    if len(done) > lines:
        done = [*done[: lines - 1], " ".join(done[lines - 1 :])]
    elif len(done) > 1:
        narrower = (inches * share / 10 for share in range(5, 10))
        done = next(
            (one for one in (_broken(text, w, size) for w in narrower) if len(one) == len(done)), done
        )
    return "\n".join(_shortened(one, inches, size) for one in done)


def _broken(text: str, inches: float, size: float) -> list[str]:
    """Break text at spaces into lines of at most the given width; a longer word stands alone."""
    done: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size) > inches:
            done.append(line)
            longer = word
        line = longer
    return [*done, line]


def _shortened(line: str, inches: float, size: float) -> str:
    """Cut a line that is too wide and end it with an ellipsis."""
    if text_width(line, size) <= inches:
        return line
    while line and text_width(f"{line}…", size) > inches:
        line = line[:-1].rstrip()
    return f"{line}…"
