"""Cards with one-time codes: each its own code, read back by an independent reader and from the print."""

from __future__ import annotations

import io

import pypdf

from forms import ticket_code
from forms.poster.pdf import pdf
from forms.poster.ticket_cards import Issuer, TicketCard, sheets
from tests.unit.forms.poster import degrading

ISSUER = Issuer(
    "Bảo hiểm xã hội tỉnh Bình Định",
    "Bảo hiểm xã hội thị xã Hoài Nhơn",
    "SÔNG LÚA",
    "hailong.binhdinh.gov.vn/m",
    rehearsal=True,
)
CARDS = [
    TicketCard(
        f"https://hailong.binhdinh.gov.vn/m/{ticket_code.fresh_long()}",
        ticket_code.fresh_short(),
        f"Lô 3 · thẻ {n}",
    )
    for n in range(1, 14)
]


def test_every_card_is_read_at_arms_length_and_after_copying() -> None:
    made = degrading.rendered(pdf(sheets(ISSUER, CARDS)), 6.0)
    wanted = {card.url for card in CARDS[:10]}
    seen = degrading.seen_from(made, 0.4, 6.0)
    assert set(degrading.read(degrading.noisy(degrading.blurred(seen, 0.5), 6, seed=1))) == wanted
    copied = degrading.threshold(degrading.noisy(degrading.blurred(made, 1.0), 10, seed=2))
    assert set(degrading.read(copied)) == wanted


def test_ten_cards_stand_on_a_sheet_and_each_says_its_short_code_once() -> None:
    document = pypdf.PdfReader(io.BytesIO(pdf(sheets(ISSUER, CARDS))))
    said = ["".join(page.extract_text().split()) for page in document.pages]
    assert len(said) == 2
    for n, card in enumerate(CARDS):
        assert said[n // 10].count(ticket_code.grouped(card.short)) == 1
    assert said[0].count("DỮLIỆUMẪU") == 10
    assert said[1].count("SÔNGLÚA") == 3
    assert all("OTP" in page and "hailong.binhdinh.gov.vn/m" in page for page in said)
