"""Invitations by mail: each goes out once, nobody can tell who answered, and one recipient has one answer."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey.errors import Refusal
from survey.mail.transport import SmtpConnection, SmtpReply
from survey.models import InvitationRecipient, Response, Schema, Ticket
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.counter import tickets
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import BatchRef
from survey.services.invitations import letters, sending
from survey.services.invitations import lists as invitations
from survey.services.invitations.lists import ListOverview
from survey.services.invitations.sending import Throttle
from survey.services.results import quotas
from survey.vocabulary import Delivery, Role
from tests.support import scene
from tests.support.invitees import answer_by, csv_of
from tests.support.mail import Post
from tests.support.scene import CLOSED, NOW

LINK = re.compile(r"https?://\S+/m/(\w{28})")
KEY = letters.fresh_key()
HEAD = Actor(None, Role.UNIT_HEAD, "an-nhon")


@pytest.fixture
def mailing(installation: Installation, post: Post) -> Installation:
    """The installation with the tests' mail server."""
    return dataclasses.replace(
        installation, config=dataclasses.replace(installation.config, mail=post.server)
    )


@pytest.fixture
def loaded(mailing: Installation, campaign: CampaignRecord) -> int:
    return invitations.load(mailing, COMMAND_LINE, campaign, csv_of(6), NOW, title="Đơn vị lớn")


def run(
    mailing: Installation,
    campaign: CampaignRecord,
    number: int,
    key: str | None = KEY,
    wait: Callable[[float], bool] = lambda _seconds: False,
    at: dt.datetime = NOW,
) -> None:
    leased = sending.lease(mailing, COMMAND_LINE, campaign, number, key, at)
    sending.send(mailing, leased, Throttle(lambda: at, wait))


def listed(mailing: Installation, campaign: CampaignRecord, number: int) -> ListOverview:
    return invitations.one(mailing, COMMAND_LINE, campaign, number, NOW)


def codes_in(post: Post) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for letter in post.box.letters:
        code = LINK.search(letter.text)
        found.setdefault(letter.recipients[0], []).append(code[1] if code else "")
    return found


def test_each_gets_a_link_of_its_own_and_one_answer(
    mailing: Installation, campaign: CampaignRecord, post: Post, loaded: int, client: FlaskClient
) -> None:
    sending.begin(mailing, COMMAND_LINE, campaign, loaded, KEY, NOW)
    run(mailing, campaign, loaded)
    codes = codes_in(post)
    assert len(codes) == 6
    assert len({code for (code,) in codes.values()}) == 6
    letter = post.box.letters[0]
    assert letter.message["Subject"].startswith(
        "Thư mời trả lời phiếu khảo sát: Bảo hiểm xã hội thị xã An Nhơn"
    )
    assert "Kính gửi: Công ty 1" in letter.text
    assert "{" not in letter.text + letter.page
    short = re.search(r"gõ mã: ([\w-]+)", letter.text)
    assert short
    first = codes["vt1@cty1.example.vn"][0]
    assert tickets.find(mailing, short[1]).ticket == tickets.find(mailing, first).ticket
    assert answer_by(client, first) == 303
    assert answer_by(client, short[1]) == 409
    with mailing.database.read() as session:
        assert session.scalars(select(Response.channel)).all() == ["invitation"]
    (batch,) = tickets.batch_totals(mailing, COMMAND_LINE, campaign, invited=True)
    assert (batch.printed, batch.handed_out, batch.spent) == (6, 6, 1)
    assert tickets.batch_totals(mailing, COMMAND_LINE, campaign) == []
    with pytest.raises(Refusal, match="ticket_batch_unknown"):
        tickets.hand_out(mailing, COMMAND_LINE, campaign, BatchRef("an-nhon", batch.batch), -1, NOW)
    unit = quotas.progress(mailing, HEAD, campaign, NOW).units[0]
    assert unit.channels["invitation"] == 1


def test_the_reminder_goes_to_everybody_and_repeats_each_link(
    mailing: Installation, campaign: CampaignRecord, post: Post, loaded: int, client: FlaskClient
) -> None:
    sending.begin(mailing, COMMAND_LINE, campaign, loaded, KEY, NOW)
    run(mailing, campaign, loaded)
    before = codes_in(post)
    answered = before["vt2@cty2.example.vn"][0]
    assert answer_by(client, answered) == 303
    later = NOW + dt.timedelta(days=10)
    sending.remind(mailing, COMMAND_LINE, campaign, loaded, KEY, later)
    run(mailing, campaign, loaded, at=later)
    both = codes_in(post)
    assert {address: codes[0] for address, codes in both.items()} == {a: c for a, (c,) in before.items()}
    assert all(len(codes) == 2 and codes[0] == codes[1] for codes in both.values())
    reminder = post.box.letters[-1]
    assert reminder.message["In-Reply-To"] == post.box.letters[5].message["Message-ID"]
    assert "Ngày 20/08/2024" in reminder.text
    assert "xin bỏ qua thư này" in reminder.text
    assert answer_by(client, answered) == 409, "one answer, however many letters"
    assert scene.counts(mailing)["response"] == 1
    with pytest.raises(Refusal, match="invitation_reminded"):
        sending.remind(mailing, COMMAND_LINE, campaign, loaded, KEY, later)
    (batch,) = tickets.batch_totals(mailing, COMMAND_LINE, campaign, invited=True)
    assert (batch.printed, batch.handed_out) == (6, 6)


def test_without_the_reminder_key_the_reminder_leads_back_to_the_invitation(
    mailing: Installation, campaign: CampaignRecord, post: Post, loaded: int
) -> None:
    post.box.refusals = {"vt3@cty3.example.vn": "550 no such user", "vt4@cty4.example.vn": "451 later"}
    sending.begin(mailing, COMMAND_LINE, campaign, loaded, KEY, NOW)
    run(mailing, campaign, loaded)
    post.box.refusals = {}
    post.box.letters.clear()
    sending.remind(mailing, COMMAND_LINE, campaign, loaded, None, NOW)
    run(mailing, campaign, loaded, key=None)
    assert len(post.box.letters) == 4, "who got no invitation is not reminded of one"
    assert set(codes_in(post).values().__iter__().__next__()) == {""}
    assert "mở lại thư mời ngày 20/08/2024" in post.box.letters[0].text
    assert post.box.letters[0].message["References"]


def test_nothing_at_rest_ties_an_address_to_a_code(
    mailing: Installation, campaign: CampaignRecord, post: Post, loaded: int, client: FlaskClient
) -> None:
    """Whoever has the database and the installation's secret, and lacks the reminder key, finds nothing."""
    sending.begin(mailing, COMMAND_LINE, campaign, loaded, KEY, NOW)
    run(mailing, campaign, loaded)
    codes = codes_in(post)
    assert answer_by(client, codes["vt1@cty1.example.vn"][0]) == 303
    with mailing.database.read() as session:
        text = {
            table.name: repr(session.execute(select(table)).all()) for table in Schema.metadata.sorted_tables
        }
        salts = session.scalars(select(InvitationRecipient.salt)).all()
        hashes = {row.code_hash for row in session.scalars(select(Ticket))}
    everything = "".join(text.values())
    for secret in ("cty1.example", "Công ty 1", KEY, KEY.replace("-", ""), *(c for (c,) in codes.values())):
        assert secret not in everything
    columns = {column.name for column in InvitationRecipient.__table__.columns}
    assert columns == {
        *("campaign_id", "list_number", "place", "unit_id", "salt", "content", "delivery", "reply"),
    }
    # With the key, and only with it, the codes come out again.
    plain = letters.read_key(KEY)
    again = {
        tickets._hash(mailing.keys, b"code", letters.codes(mailing.keys, plain, salt)[0].encode())
        for salt in salts
    }
    assert again == hashes
    other = letters.read_key(letters.fresh_key())
    wrong = {
        tickets._hash(mailing.keys, b"code", letters.codes(mailing.keys, other, salt)[0].encode())
        for salt in salts
    }
    assert not wrong & hashes


def test_codes_lie_in_an_order_that_tells_nothing_of_the_list(
    mailing: Installation, campaign: CampaignRecord
) -> None:
    number = invitations.load(mailing, COMMAND_LINE, campaign, csv_of(40), NOW)
    sending.begin(mailing, COMMAND_LINE, campaign, number, KEY, NOW)
    order = "" if mailing.database.is_sqlite else " ORDER BY ctid"
    with mailing.database.read() as session:
        found = [
            bytes(each)
            for each in session.connection().exec_driver_sql(f"SELECT code_hash FROM ticket{order}").scalars()
        ]
    assert found == sorted(found)
    assert len(found) == 40


def test_refusals_are_shown_by_row_and_deferred_ones_go_out_later(
    mailing: Installation, campaign: CampaignRecord, post: Post, loaded: int
) -> None:
    post.box.refusals = {
        "vt3@cty3.example.vn": "550 5.1.1 no such user",
        "vt4@cty4.example.vn": "451 4.7.1 later",
    }
    post.box.cut_after_words = {"vt5@cty5.example.vn"}
    sending.begin(mailing, COMMAND_LINE, campaign, loaded, KEY, NOW)
    run(mailing, campaign, loaded)
    told = invitations.undelivered(mailing, COMMAND_LINE, campaign, loaded)
    assert [(row.place, row.delivery, row.reply) for row in told] == [
        (3, Delivery.REFUSED, "550 5.1.1 no such user"),
        (4, Delivery.DEFERRED, "451 4.7.1 later"),
        (5, Delivery.UNCERTAIN, ""),
    ]
    assert listed(mailing, campaign, loaded).left == 1
    post.box.refusals = {}
    post.box.cut_after_words = set()
    run(mailing, campaign, loaded)
    addresses = [letter.recipients[0] for letter in post.box.letters]
    assert len(addresses) == len(set(addresses)) == 5, "nobody got two, the uncertain one least of all"
    (batch,) = tickets.batch_totals(mailing, COMMAND_LINE, campaign, invited=True)
    assert batch.handed_out == 5


def test_sending_goes_on_after_an_interruption_without_a_second_letter(
    mailing: Installation, campaign: CampaignRecord, post: Post, loaded: int
) -> None:
    sending.begin(mailing, COMMAND_LINE, campaign, loaded, KEY, NOW)
    run(mailing, campaign, loaded, wait=lambda _seconds: len(post.box.letters) == 2)
    found = listed(mailing, campaign, loaded)
    assert (found.left, found.interrupted, found.counts["sent"]) == (4, True, 2)

    send = SmtpConnection.send

    def send_and_die(connection: SmtpConnection, *words: Any) -> SmtpReply:
        send(connection, *words)
        raise SystemExit  # the server took the words, and nobody is left to hear of it

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SmtpConnection, "send", send_and_die)
        patch.setattr(sending, "_end", lambda *_facts: None)  # nor to clear anything away
        with pytest.raises(SystemExit):
            run(mailing, campaign, loaded)
    with pytest.raises(Refusal, match="invitation_running"):
        run(mailing, campaign, loaded)
    run(mailing, campaign, loaded, at=NOW + sending.LEASE + dt.timedelta(seconds=1))
    found = listed(mailing, campaign, loaded)
    assert (found.left, found.counts["sent"], found.counts["uncertain"]) == (0, 5, 1)
    addresses = [letter.recipients[0] for letter in post.box.letters]
    assert len(addresses) == len(set(addresses)) == 6
    (batch,) = tickets.batch_totals(mailing, COMMAND_LINE, campaign, invited=True)
    assert batch.handed_out == 6


def test_a_mail_server_that_is_away_stops_the_run_and_keeps_every_letter(
    mailing: Installation, campaign: CampaignRecord, post: Post, loaded: int
) -> None:
    away = dataclasses.replace(post.server, tls="starttls")
    broken = dataclasses.replace(mailing, config=dataclasses.replace(mailing.config, mail=away))
    sending.begin(mailing, COMMAND_LINE, campaign, loaded, KEY, NOW)
    with pytest.raises(Refusal, match="mail_insecure"):
        run(broken, campaign, loaded)
    found = listed(mailing, campaign, loaded)
    assert (found.fault, found.left, found.running) == ("mail_insecure", 6, False)
    post.box.cut_before_words = {f"vt{n}@cty{n}.example.vn" for n in range(1, 7)}
    with pytest.raises(Refusal, match="mail_unreachable"):
        run(mailing, campaign, loaded)
    assert listed(mailing, campaign, loaded).left == 6
    post.box.cut_before_words = set()
    run(mailing, campaign, loaded)
    assert len(post.box.letters) == 6
    assert listed(mailing, campaign, loaded).fault is None


def test_the_pace_is_kept(mailing: Installation, campaign: CampaignRecord, post: Post, loaded: int) -> None:
    slow = dataclasses.replace(post.server, per_minute=30)
    slowly = dataclasses.replace(mailing, config=dataclasses.replace(mailing.config, mail=slow))
    sending.begin(mailing, COMMAND_LINE, campaign, loaded, KEY, NOW)
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return False

    run(slowly, campaign, loaded, wait=wait)
    assert waited == [2.0] * 5


@pytest.mark.parametrize(
    ("key", "code"),
    [("", "invitation_key_bad"), ("x", "invitation_key_bad"), (letters.fresh_key(), "invitation_key_wrong")],
    ids=["nothing", "no key", "another list's"],
)
def test_only_the_lists_own_key_goes_on(
    mailing: Installation, campaign: CampaignRecord, loaded: int, key: str, code: str
) -> None:
    sending.begin(mailing, COMMAND_LINE, campaign, loaded, KEY, NOW)
    with pytest.raises(Refusal, match=code):
        run(mailing, campaign, loaded, key=key)
    with pytest.raises(Refusal, match=code):
        sending.remind(mailing, COMMAND_LINE, campaign, loaded, key, NOW)


def test_what_cannot_be_sent_is_refused(
    mailing: Installation, installation: Installation, campaign: CampaignRecord, loaded: int
) -> None:
    begin = sending.begin
    with pytest.raises(Refusal, match="mail_off"):
        begin(installation, COMMAND_LINE, campaign, loaded, KEY, NOW)
    with pytest.raises(Refusal, match="campaign_not_open"):
        begin(mailing, COMMAND_LINE, campaign, loaded, KEY, scene.BEFORE)
    with pytest.raises(Refusal, match="invitation_over"):
        begin(mailing, COMMAND_LINE, campaign, loaded, KEY, CLOSED)
    with pytest.raises(Refusal, match="invitation_list_unknown"):
        begin(mailing, COMMAND_LINE, campaign, 9, KEY, NOW)
    with pytest.raises(Refusal, match="unit_out_of_reach"):
        begin(mailing, HEAD, campaign, loaded, KEY, NOW)
    with pytest.raises(Refusal, match="invitation_not_begun"):
        run(mailing, campaign, loaded)
    with pytest.raises(Refusal, match="invitation_not_begun"):
        sending.remind(mailing, COMMAND_LINE, campaign, loaded, None, NOW)
    begin(mailing, COMMAND_LINE, campaign, loaded, KEY, NOW)
    with pytest.raises(Refusal, match="invitation_begun"):
        begin(mailing, COMMAND_LINE, campaign, loaded, KEY, NOW)


def test_addresses_are_erased_when_their_day_has_come(
    mailing: Installation, campaign: CampaignRecord, loaded: int
) -> None:
    assert invitations.erase_due(mailing, COMMAND_LINE, scene.LAST_MOMENT) == 0
    assert len(invitations.recipients(mailing, COMMAND_LINE, campaign, loaded)) == 6
    assert invitations.erase_due(mailing, COMMAND_LINE, CLOSED) == 1
    assert invitations.erase_due(mailing, COMMAND_LINE, CLOSED) == 0
    assert invitations.recipients(mailing, COMMAND_LINE, campaign, loaded) == []
    assert "invitation_recipient" not in scene.counts(mailing)
    assert listed(mailing, campaign, loaded).erased
    with pytest.raises(Refusal, match="invitation_erased"):
        sending.begin(mailing, COMMAND_LINE, campaign, loaded, KEY, NOW)


def test_a_head_sees_the_own_lists_only(mailing: Installation, campaign: CampaignRecord, loaded: int) -> None:
    own = invitations.load(
        mailing,
        HEAD,
        campaign,
        b"ten;email\n" + b"\n".join(b"C%d;c%d@own.example.vn" % (n, n) for n in range(5)),
        NOW,
    )
    assert [found.number for found in invitations.lists(mailing, HEAD, campaign, NOW)] == [own]
    assert [found.number for found in invitations.lists(mailing, COMMAND_LINE, campaign, NOW)] == [
        own,
        loaded,
    ]
    for verb in (invitations.recipients, invitations.undelivered):
        with pytest.raises(Refusal, match="unit_out_of_reach"):
            verb(mailing, HEAD, campaign, loaded)
    with pytest.raises(Refusal, match="unit_out_of_reach"):
        invitations.erase(mailing, HEAD, campaign, loaded, NOW)
    invitations.erase(mailing, HEAD, campaign, own, NOW)


def test_two_processes_send_no_letter_twice(
    mailing: Installation, campaign: CampaignRecord, post: Post, loaded: int
) -> None:
    sending.begin(mailing, COMMAND_LINE, campaign, loaded, KEY, NOW)

    def go(_number: int) -> str:
        try:
            run(mailing, campaign, loaded)
        except Refusal as refusal:
            return refusal.code
        return "sent"

    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(go, range(4)))
    assert "sent" in ended
    assert set(ended) <= {"sent", "invitation_running"}
    assert len(post.box.letters) == 6
