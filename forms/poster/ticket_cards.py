"""Cards with one-time codes, ten on an A4 sheet: each with its own QR code and its own short code to type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms import ticket_code
from forms.poster.drawing import ALARM, DIM, KEY, PALE, PAPER, Placed, PosterSheet, Rectangle, Simple, Symbol
from forms.poster.layouts import A4, CARD, CARDS, cut_marks
from forms.poster.setting import line, lines, wrapped
from forms.poster.symbol import symbol
from forms.poster.texts import poster_texts


@dataclass(frozen=True, slots=True)
class TicketCard:
    """What stands on one card. ``label`` names batch and number for the office's own accounting."""

    url: str
    short: str
    label: str


@dataclass(frozen=True, slots=True)
class Issuer:
    """What all cards of a batch have in common; ``typed_at`` is the address where a code is typed."""

    agency: str
    unit: str
    word: str
    typed_at: str
    rehearsal: bool = False


def sheets(issuer: Issuer, cards: Sequence[TicketCard]) -> Iterator[PosterSheet]:
    """Yield the sheets of a batch, ten cards each, cut along their marks."""
    across, down = CARDS
    left, top = (A4[0] - across * CARD[0]) / 2, (A4[1] - down * CARD[1]) / 2
    for first in range(0, len(cards), across * down):
        placed = [
            Placed(left + n % across * CARD[0], top + n // across * CARD[1], tuple(_card(issuer, card)))
            for n, card in enumerate(cards[first : first + across * down])
        ]
        yield PosterSheet(*A4, issuer.unit, (*placed, Placed(0, 0, tuple(cut_marks(left, top)))))


def _card(issuer: Issuer, card: TicketCard) -> Iterator[Simple]:
    x, width = 43.0, 42.5
    texts = poster_texts()["ticket"]
    yield Symbol(6.5, 6, 31, symbol(card.url))
    yield Rectangle(x, 4.5, width, 6, 1, fill=KEY)
    yield line(x + width / 2, 8.9, texts["title"], 9, width - 3, "bold", "middle", PAPER)
    yield line(x, 14.4, issuer.agency.upper(), 6.5, width, "bold", colour=KEY)
    yield from lines(x, 19.4, wrapped(issuer.unit, 10.5, width, "bold", 2), 10.5, width, "bold")
    yield from lines(x, 29.4, texts["promise"], 7.3, width)
    yield line(x, 36.9, f"{poster_texts()['word']}: {issuer.word}", 7.5, width, "bold")
    yield Rectangle(5, 40.6, 80.5, 7.4, 1, fill=PALE)
    yield line(7, 45.2, texts["typed"].format(typed_at=issuer.typed_at), 7, 39, colour=DIM)
    yield line(48, 45.9, ticket_code.grouped(card.short), 12.5, 36, "bold")
    yield line(7, 51.3, texts["honest"], 6.3, 54, colour=DIM)
    yield line(66, 51.3, card.label, 6.3, 19, colour=DIM)
    if issuer.rehearsal:
        yield Rectangle(15, 1, 60, 3, 0.5, fill=PAPER, line=0.35, colour=ALARM)
        yield line(45, 3.2, poster_texts()["rehearsal"], 6, 56, "bold", "middle", ALARM)
