"""Letters: whatever a name says, it stands in its own header, and every address that is let in makes one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP, default
from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from survey.config import ADDRESS, MailServer
from survey.mail import letters
from survey.mail.letters import Envelope, Letter

AT = dt.datetime(2024, 8, 6, 9, tzinfo=dt.UTC)
HEADERS = [
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("MIME-Version", "Content-Type"),
]
NAMES = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=80)
ATOMS = st.lists(st.text("azAZ09!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=8), min_size=1, max_size=3)
ADDRESSES = ATOMS.map(lambda atoms: f"{'.'.join(atoms)}@x-1.vn")


def written(name: str, subject: str = "Thư mời", address: str = "a@x.vn", sender: str = "BHXH") -> bytes:
    """A letter as it goes over the line."""
    server = MailServer("127.0.0.1", 25, "none", "khaosat@tinh.example.vn", sender)
    envelope = Envelope(((name, address),), AT, "<a@b.vn>")
    return letters.message(Letter(subject, ("Kính gửi",)), server, envelope).as_bytes(policy=SMTP)


@given(NAMES, ADDRESSES)
@example("=?utf-8?q?x=0d=0aBcc:_e@e.vn=0d=0a=0d=0aHello?=", "a@x.vn")
@example('"=?utf-8?b?DQpCY2M6IGVAZS52bg==?="', "a@x.vn")
@example("==??utf-8?q?x=0d=0aBcc:_e@e.vn?=", "a@x.vn")
@example("Công ty A, evil@evil.vn", "a@x.vn")
def test_a_name_adds_no_header_and_no_words(name: str, address: str) -> None:
    assert ADDRESS.fullmatch(address)
    found = message_from_bytes(written(name, f"Thư {name}", address, name), policy=default)
    assert sorted(found.keys()) == sorted(HEADERS)
    assert [each.addr_spec for each in found["To"].addresses] == [address]
    assert [each.addr_spec for each in found["From"].addresses] == ["khaosat@tinh.example.vn"]
    body = found.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "Kính gửi"


@pytest.mark.parametrize(
    "address",
    ["a..b@x.vn", ".a@x.vn", "a.@x.vn", "á@x.vn", "a@x", "a b@x.vn", f"{'a' * 65}@x.vn", "a@x.vn\n"],
)
def test_an_address_that_no_header_takes_is_none(address: str) -> None:
    assert ADDRESS.fullmatch(address) is None


PLACES = (
    *("mark", "unit", "name", "agency", "typed_at", "short", "last_day", "word", "sent_on", "number"),
    *("counter", "waiting", "seen", "email"),
)
# Taken before Jinja laid the letters out: SHA-256 of the text, of the page, and of the page in English.
LAID_OUT = {
    "invitation": ("fb4aed0b34cc381d", "6d11f7265385c37c", "34a453e147f2ff22"),
    "reminder": ("43056556342869b6", "6962abfe9d26cf22", "132722a4fd4ec83f"),
    "reminder_without_link": ("9033deb4b2a197d6", "5ff3ad89702197c2", "7af1dab944bcf9d5"),
    "kiosk_alert": ("a4a15981c0e83017", "4e22b95a278f20f9", "a6aa7797e558955d"),
    "kiosk_numbers": ("68a89b43c1b9004b", "c158387e1dd7c4d3", "15d6e8dfa7a5ae91"),
    "reset": ("c022798527e1afc5", "e507416ddf829269", "d6ce20306248392d"),
}


@pytest.mark.parametrize("name", LAID_OUT)
def test_every_letter_is_laid_out_byte_for_byte(name: str) -> None:
    values = {place: f"<{place}> & 'ý' \"{{x}}\"\nhai dòng" for place in PLACES}
    link = None if name == "reminder_without_link" else "https://x.vn/m/1?a=1&b='2'"
    letter = letters.written(name, values, link)
    bodies = (letters.plain(letter), letters.page(letter), letters.page(replace(letter, language="en")))
    assert tuple(sha256(body.encode()).hexdigest()[:16] for body in bodies) == LAID_OUT[name]


def test_a_letter_without_a_button_is_its_paragraphs() -> None:
    letter = Letter("Thư", ("Kính gửi: Bà 'Ý'", "Một\nhai & ba"), after=("Trân trọng",))
    assert letters.plain(letter) == "Kính gửi: Bà 'Ý'\n\nMột\nhai & ba\n\nTrân trọng\n"
    body = letters.page(letter).partition("</h1>")[2]
    paragraphs = ("Kính gửi: Bà &#x27;Ý&#x27;", "Một<br>hai &amp; ba", "Trân trọng")
    shown = "".join(f'<p style="margin:0 0 16px">{each}</p>' for each in paragraphs)
    assert body == f"{shown}</main></body></html>"
