"""Lists of recipients that come in, and mail-merge files that go out."""

from __future__ import annotations

import csv
import io

import pytest
from flask.testing import FlaskClient

from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.counter import tickets
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.invitations import lists
from survey.vocabulary import Role
from tests.support import scene
from tests.support.invitees import answer_by, csv_of
from tests.support.scene import CLOSED, NOW

HEAD = Actor(None, Role.UNIT_HEAD, "an-nhon")


@pytest.fixture
def installation(embedded: Installation) -> Installation:
    """One database is enough: what is read of a file does not depend on it."""
    return embedded


class TestTheFile:
    """What is read of a list, and what is said of one that will not do."""

    def faults(
        self, installation: Installation, campaign: CampaignRecord, data: bytes, actor: Actor = COMMAND_LINE
    ) -> list[tuple[str, str]]:
        with pytest.raises(Refusal, match="invitations_faulty") as refusal:
            lists.load(installation, actor, campaign, data, NOW)
        assert "invitation_list" not in scene.counts(installation)
        assert all(line.isprintable() for line in refusal.value.lines())
        return [(fault.location, fault.code) for fault in refusal.value.faults]

    def test_every_fault_comes_at_once(self, installation: Installation, campaign: CampaignRecord) -> None:
        data = (
            "ten,email,don_vi\n,a@x.vn,an-nhon\nB,b@@x.vn,an-nhon\nC,c@x.vn,đâu đó\nD,d@x.vn,\n"
            '"E, F",e@x.vn,an-nhon,thừa\n\nG,"g@x.vn\r\nBcc: all@x.vn",an-nhon\n'
        )
        assert self.faults(installation, campaign, data.encode()) == [
            ("2:ten", "invitation_name_bad"),
            ("3:email", "invitation_email_bad"),
            ("4:don_vi", "invitation_unit_unknown"),
            ("5:don_vi", "invitation_unit_missing"),
            ("6:-", "invitation_row_long"),
            ("8:email", "invitation_email_bad"),
        ]

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "invitation_empty"),
            (b"ten,email,don_vi\n", "invitation_empty"),
            (b"ten,don_vi\nA,an-nhon\n", "invitation_column_missing"),
            (b"ten,email,e-mail\nA,a@x.vn,b@x.vn\n", "invitation_column_twice"),
            ("tên,email\nÔng A,a@x.vn\n".encode("utf-16"), "invitation_not_utf8"),
            (b'ten,email\n"A,a@x.vn\n', "invitation_not_csv"),
            (b"ten,email\nA\0,a@x.vn\n", "invitation_not_csv"),
            (b"x" * 2_000_001, "invitation_file_large"),
            (b"ten,email\n" + b"A,a@x.vn\n" * 5001, "invitation_many"),
        ],
    )
    def test_a_file_that_is_none_is_told(
        self, installation: Installation, campaign: CampaignRecord, data: bytes, code: str
    ) -> None:
        assert code in {found for _, found in self.faults(installation, campaign, data)}

    def test_one_recipient_is_invited_once(
        self, installation: Installation, campaign: CampaignRecord
    ) -> None:
        twice = csv_of(5) + b"\nCty 1,VT1@cty1.example.vn,an-nhon"
        assert self.faults(installation, campaign, twice) == [("7:email", "invitation_email_twice")]
        first = lists.load(installation, COMMAND_LINE, campaign, csv_of(5), NOW)
        with pytest.raises(Refusal) as refusal:
            lists.load(installation, COMMAND_LINE, campaign, csv_of(6), NOW)
        assert {(fault.code, fault.details["number"]) for fault in refusal.value.faults} == {
            ("invitation_email_known", first)
        }

    def test_too_few_of_a_unit_would_tell_who_answered(
        self, installation: Installation, campaign: CampaignRecord
    ) -> None:
        data = csv_of(5) + b"\n" + csv_of(4, "an-lao", 50).partition(b"\n")[2]
        assert self.faults(installation, campaign, data) == [
            ("Bảo hiểm xã hội huyện An Lão", "invitation_few")
        ]

    def test_nobody_invites_for_another_unit(
        self, installation: Installation, campaign: CampaignRecord
    ) -> None:
        found = self.faults(installation, campaign, csv_of(5, "an-lao"), HEAD)
        assert {code for _, code in found} == {"invitation_unit_foreign"}

    def test_excels_own_ways_are_read(self, installation: Installation, campaign: CampaignRecord) -> None:
        rows = "".join(f"Công ty {n};c{n}@x.vn;Bảo hiểm xã hội thị xã An Nhơn\r\n" for n in range(5))
        data = f"Tên cơ quan;Thư điện tử;Đơn vị\r\n{rows}\r\n".encode("utf-8-sig")
        number = lists.load(installation, COMMAND_LINE, campaign, data, NOW)
        found = lists.recipients(installation, COMMAND_LINE, campaign, number)
        assert [(each.name, each.email, each.unit) for each in found][:1] == [
            ("Công ty 0", "c0@x.vn", "an-nhon")
        ]


class TestMailMerge:
    """For the post and for other ways to send a message: the file alone holds both."""

    def test_each_row_gets_a_link_and_a_short_code(
        self, installation: Installation, campaign: CampaignRecord, client: FlaskClient
    ) -> None:
        rows = ['"=HYPERLINK(""http://evil"")",+84905123456', "'A,2", "B,-1+1", "C,@x", "\tD,5"]
        data = "\n".join(["ten,zalo", *rows]).encode()
        made = lists.merge(installation, COMMAND_LINE, campaign, data, NOW, unit="an-nhon")
        found = list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"))))
        assert [row["ten"] for row in found] == [
            '\'=HYPERLINK("http://evil")',
            "''A",
            "B",
            "C",
            "'\tD",
        ]
        assert [row["zalo"] for row in found] == ["+84905123456", "2", "'-1+1", "'@x", "5"]
        for row in found:
            assert answer_by(client, row["duong_dan"].rpartition("/")[2]) == 303
            assert answer_by(client, row["ma_ngan"]) == 409
        (batch,) = tickets.batch_totals(installation, COMMAND_LINE, campaign, invited=True)
        assert (batch.printed, batch.handed_out, batch.spent) == (5, 5, 5)
        assert "invitation_recipient" not in scene.counts(installation)
        assert "invitation_list" not in scene.counts(installation)

    def test_a_faulty_file_makes_no_code(self, installation: Installation, campaign: CampaignRecord) -> None:
        with pytest.raises(Refusal, match="invitations_faulty"):
            lists.merge(installation, COMMAND_LINE, campaign, b"ten\nA\n", NOW)
        with pytest.raises(Refusal, match="invitation_over"):
            lists.merge(installation, COMMAND_LINE, campaign, csv_of(5), CLOSED)
        assert "ticket" not in scene.counts(installation)
