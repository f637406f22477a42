"""Letters: whatever a name says, it stands in its own header, and every address that is let in makes one."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes
from email.policy import SMTP, default

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
