"""Sets lines of type: measured with the very fonts that are embedded, and smaller before they leave their place."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.pdfbase.pdfmetrics import stringWidth

from forms.paper.fonts import Faces, faces
from forms.poster.drawing import INK, POINT, Align, Face, Text

LEADING = 1.22


def face_name(kind: Face, among: Faces) -> str:
    """Return the registered name of a face."""
    return among.sans_bold if kind == "bold" else among.sans


def measured(text: str, face: Face, points: float) -> float:
    """Return the width of a text in mm."""
    return stringWidth(text, face_name(face, faces()), points) * POINT


def line(
    x: float,
    y: float,
    text: str,
    points: float,
    width: float,
    face: Face = "plain",
    align: Align = "left",
    colour: str = INK,
) -> Text:
    """Return one line, set smaller where it is wider than its place."""
    shown = faces().drawable(text)
    wanted = measured(shown, face, points)
    by = min(1.0, width / wanted) if wanted else 1.0
    return Text(x, y, shown, face, points * POINT * by, wanted * by, align, colour)


def lines(
    x: float,
    y: float,
    texts: Sequence[str],
    points: float,
    width: float,
    face: Face = "plain",
    align: Align = "left",
    colour: str = INK,
    leading: float = LEADING,
) -> list[Text]:
    """Return lines below each other, all in the size of the one that has to be smallest."""
    widest = max(measured(faces().drawable(text), face, points) for text in texts)
    size = points * min(1.0, width / widest) if widest else points
    step = size * leading * POINT
    return [line(x, y + n * step, text, size, width, face, align, colour) for n, text in enumerate(texts)]


def wrapped(text: str, points: float, width: float, face: Face = "plain", most: int = 3) -> list[str]:
    """Return a text in at most so many balanced lines; a word too long for a line is not broken."""
    words = text.split()
    for count in range(1, most + 1):
        balanced = _balanced(words, count, face, points)
        if count == most or max(measured(each, face, points) for each in balanced) <= width:
            return balanced
    return [text]


def broken(address: str, points: float, width: float, face: Face = "bold") -> list[str]:
    """Return an address in one line or two; it is broken after a slash or before a dot, never inside a name."""
    if measured(address, face, points) <= width:
        return [address]
    positions = [n for n in range(9, len(address)) if address[n - 1] == "/" or address[n] == "."]
    if not positions:
        return [address]
    at = min(
        positions, key=lambda n: max(measured(part, face, points) for part in (address[:n], address[n:]))
    )
    return [address[:at], address[at:]]


def _balanced(words: Sequence[str], count: int, face: Face, points: float) -> list[str]:
    """Break words into *count* lines so that the longest line is as short as can be."""
    if count == 1 or len(words) <= 1:
        return [" ".join(words)]
    tries = [
        [" ".join(words[:n]), *_balanced(words[n:], count - 1, face, points)] for n in range(1, len(words))
    ]
    return min(tries, key=lambda balanced: max(measured(each, face, points) for each in balanced))
