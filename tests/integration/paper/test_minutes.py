"""The account of printed sheets: what adds up, what may follow what, and what keeps a unit open."""

from __future__ import annotations

import datetime as dt

import pytest

from forms.layout import LARGE, STANDARD, Edition, lay_out
from forms.paper import FormProof, PageIdentity
from survey.errors import Refusal
from survey.services.accounts.actors import Actor
from survey.services.collection import decisions, door, serial_ranges
from survey.services.collection.door import Accepted
from survey.services.collection.serial_ranges import SerialSpan
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.paper import batches, closing, minutes
from survey.vocabulary import EntryState, PaperAct, Reason, Role, SheetState, Verdict
from tests.support import scene
from tests.support.paper_scene import HEAD, issue, say
from tests.support.scene import CLOSED, NOW, OFFICER, entry

LATER = CLOSED + dt.timedelta(days=1)


@pytest.fixture
def forms(installation: Installation, campaign: CampaignRecord) -> Installation:
    """An Nhơn has the sheets 1 to 20, Hoài Nhơn 21 to 25."""
    issue(installation, campaign, 1, 20)
    issue(installation, campaign, 21, 5, "hoai-nhon")
    return installation


def counts(
    installation: Installation, campaign: CampaignRecord, until: dt.date | None = None
) -> dict[str, int]:
    found = minutes.board(installation, HEAD, campaign, until)
    assert [unit.unit.code for unit in found] == ["an-nhon"]
    return {state.value: number for state, number in found[0].counts.items() if number}


def codes(refused: pytest.ExceptionInfo[Refusal]) -> set[str]:
    return {refused.value.code} | {fault.code for fault in refused.value.faults}


def key_in(
    installation: Installation,
    campaign: CampaignRecord,
    serial: int,
    now: dt.datetime = NOW,
    actor: Actor = OFFICER,
) -> Accepted:
    return door.accept(
        installation, entry(campaign, number=serial_ranges.number_of(serial), actor=actor), now
    )


def test_every_sheet_is_somewhere_on_every_day(forms: Installation, campaign: CampaignRecord) -> None:
    tomorrow = NOW + dt.timedelta(days=1)
    say(forms, campaign, PaperAct.HANDED_OUT, 1, 10)
    say(forms, campaign, PaperAct.RETURNED, 1, 4, now=tomorrow)
    say(forms, campaign, PaperAct.SPOILED, 5, now=tomorrow)
    say(forms, campaign, PaperAct.MISSING, 6, now=tomorrow)
    say(forms, campaign, PaperAct.BLANK, 4, now=tomorrow)
    assert counts(forms, campaign, NOW.date() - dt.timedelta(days=1)) == {}
    assert counts(forms, campaign, NOW.date()) == {"unused": 10, "handed_out": 10}
    assert counts(forms, campaign) == {
        "unused": 10,
        "handed_out": 4,
        "returned": 3,
        "blank": 1,
        "spoiled": 1,
        "missing": 1,
    }


def test_sheets_that_come_back_after_the_last_day_are_late(
    forms: Installation, campaign: CampaignRecord
) -> None:
    say(forms, campaign, PaperAct.HANDED_OUT, 1, 2)
    say(forms, campaign, PaperAct.RETURNED, 1)
    say(forms, campaign, PaperAct.RETURNED, 2, now=LATER)
    assert counts(forms, campaign) == {"unused": 18, "returned": 1, "late": 1}
    assert key_in(forms, campaign, 1, LATER).state is EntryState.AWAITING
    assert key_in(forms, campaign, 2, LATER).state is EntryState.LATE


def test_a_sheet_whose_answers_are_in_is_back(forms: Installation, campaign: CampaignRecord) -> None:
    say(forms, campaign, PaperAct.HANDED_OUT, 1, 3)
    key_in(forms, campaign, 2)
    key_in(forms, campaign, 9)
    assert counts(forms, campaign) == {"unused": 16, "handed_out": 2, "returned": 2}
    say(forms, campaign, PaperAct.RETURNED, 1, 3)
    assert counts(forms, campaign) == {"unused": 16, "returned": 4}


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (PaperAct.RETURNED, "sheet_is_unused"),
        (PaperAct.TAKEN_BACK, "sheet_is_unused"),
        (PaperAct.BLANK, "sheet_is_unused"),
    ],
)
def test_an_act_that_cannot_follow_is_refused_and_leaves_nothing(
    forms: Installation, campaign: CampaignRecord, act: PaperAct, code: str
) -> None:
    before = scene.counts(forms)
    with pytest.raises(Refusal) as refused:
        say(forms, campaign, act, 3, 5)
    assert codes(refused) == {"sheets_faulty", code}
    assert [fault.location for fault in refused.value.faults] == ["0003–0005"]
    assert scene.counts(forms) == before


def test_no_act_reaches_the_sheets_of_another_unit(forms: Installation, campaign: CampaignRecord) -> None:
    with pytest.raises(Refusal) as refused:
        say(forms, campaign, PaperAct.HANDED_OUT, 18, 22)
    assert codes(refused) == {"sheets_faulty", "sheet_not_of_unit"}
    with pytest.raises(Refusal, match="unit_out_of_reach"):
        minutes.record(
            forms,
            HEAD,
            campaign,
            "hoai-nhon",
            minutes.MinuteDraft(PaperAct.HANDED_OUT, [SerialSpan(21, 21)]),
            NOW,
        )
    with pytest.raises(Refusal, match="role_out_of_reach"):
        say(forms, campaign, PaperAct.MISSING, 1, actor=OFFICER)


def test_a_spoiled_sheet_needs_a_witness_and_has_no_answers(
    forms: Installation, campaign: CampaignRecord
) -> None:
    alone = minutes.MinuteDraft(PaperAct.SPOILED, [SerialSpan(1, 1)])
    with pytest.raises(Refusal) as refused:
        minutes.record(forms, HEAD, campaign, "an-nhon", alone, NOW)
    assert codes(refused) == {"sheets_faulty", "witness_missing"}
    say(forms, campaign, PaperAct.SPOILED, 1)
    with pytest.raises(Refusal, match="sheet_is_spoiled"):
        key_in(forms, campaign, 1)
    key_in(forms, campaign, 2)
    with pytest.raises(Refusal) as refused:
        say(forms, campaign, PaperAct.SPOILED, 2)
    assert codes(refused) == {"sheets_faulty", "sheet_is_entered"}


def test_a_form_comes_in_only_at_the_unit_for_which_it_was_printed(
    forms: Installation, campaign: CampaignRecord
) -> None:
    for serial, code in (
        (21, "sheet_of_other_unit"),
        (26, "sheet_not_printed"),
        (999_999, "sheet_not_printed"),
    ):
        with pytest.raises(Refusal, match=code):
            key_in(forms, campaign, serial)
    elsewhere = Actor(None, Role.OFFICER, "hoai-nhon")
    with pytest.raises(Refusal, match="sheet_of_other_unit"):
        door.accept(forms, entry(campaign, number="0001", unit_id=4, actor=elsewhere), NOW)
    # A unit without printed forms types the numbers that it gave itself, as before.
    door.accept(forms, entry(campaign, number="0026", unit_id=4, actor=elsewhere), NOW)


def test_numbers_that_were_typed_before_are_not_printed(
    installation: Installation, campaign: CampaignRecord
) -> None:
    key_in(installation, campaign, 3)
    with pytest.raises(AssertionError, match="not the next"):
        issue(installation, campaign, 1, 5)
    issue(installation, campaign, 4, 5)


def test_a_minute_keeps_its_words_its_sheets_and_a_leaf(
    forms: Installation, campaign: CampaignRecord
) -> None:
    leaves = scene.counts(forms)["ledger_leaf"]
    clerk = scene.account(forms, "an@x.vn")
    said = minutes.MinuteDraft(PaperAct.HANDED_OUT, [SerialSpan(1, 3), SerialSpan(7, 7)], "Lê C", "quầy 2")
    number = minutes.record(forms, clerk, campaign, "an-nhon", said, NOW)
    (minute,) = minutes.minutes(forms, HEAD, campaign, "an-nhon", number)
    assert (minute.act, minute.sheets, minute.spans) == (
        PaperAct.HANDED_OUT,
        4,
        (SerialSpan(1, 3), SerialSpan(7, 7)),
    )
    assert (minute.who, minute.witness, minute.note) == ("Người thử", "Lê C", "quầy 2")
    assert scene.counts(forms)["ledger_leaf"] == leaves + 1
    with forms.database.read() as session:
        kept = session.scalars(
            scene.table("ledger_leaf").select().with_only_columns(scene.table("ledger_leaf").c.leaf)
        ).all()
    assert bytes.fromhex(minute.digest) in kept
    with pytest.raises(Refusal, match="minute_unknown"):
        minutes.minutes(forms, HEAD, campaign, "an-nhon", 99)


def test_a_unit_closes_only_when_every_sheet_is_explained(
    forms: Installation, campaign: CampaignRecord
) -> None:
    first, second = scene.account(forms, "mot@x.vn"), scene.account(forms, "hai@x.vn")
    say(forms, campaign, PaperAct.HANDED_OUT, 1, 10)
    say(forms, campaign, PaperAct.RETURNED, 1, 5)
    key_in(forms, campaign, 1, actor=first)

    def open_still() -> set[str]:
        with pytest.raises(Refusal) as refused:
            closing.close_unit(forms, HEAD, campaign, "an-nhon", "Trần B", NOW)
        return codes(refused) - {"unit_unexplained"}

    assert open_still() == {"sheets_still_out", "sheets_not_entered", "forms_unverified"}
    say(forms, campaign, PaperAct.BLANK, 2, 5)
    say(forms, campaign, PaperAct.TAKEN_BACK, 6, 9)
    say(forms, campaign, PaperAct.MISSING, 10)
    assert open_still() == {"forms_unverified"}
    decisions.decide(forms, HEAD, campaign, "0001", Verdict.EXCLUDED, NOW, reason=Reason.TEST)
    decisions.decide(forms, HEAD, campaign, "0001", Verdict.REINSTATED, NOW)
    assert open_still() == {"forms_unverified"}
    decisions.decide(forms, HEAD, campaign, "0001", Verdict.EXCLUDED, NOW, reason=Reason.TEST)
    with pytest.raises(Refusal, match="role_out_of_reach"):
        closing.close_unit(forms, second, campaign, "an-nhon", "Trần B", NOW)
    closing.close_unit(forms, HEAD, campaign, "an-nhon", "Trần B", NOW)
    for refused_now in (
        lambda: say(forms, campaign, PaperAct.HANDED_OUT, 11),
        lambda: key_in(forms, campaign, 11),
        lambda: closing.close_unit(forms, HEAD, campaign, "an-nhon", "Trần B", NOW),
        lambda: issue(forms, campaign, 26, 1),
    ):
        with pytest.raises(Refusal, match="paper_account_closed"):
            refused_now()
    found = minutes.board(forms, HEAD, campaign)[0]
    assert found.closed
    assert found.printed == 20 == sum(found.counts.values())
    assert found.counts[SheetState.MISSING] == 1


def test_ranges_are_read_as_people_type_and_scan_them(
    installation: Installation, campaign: CampaignRecord
) -> None:
    expected = batches.expected(installation, campaign, "an-nhon")
    scanned = [code(installation, campaign, 15, page) for page in (1, 2)]
    text = f"3, 10-12;0020\n{scanned[0]}\n{scanned[1].lower()}\n{code(installation, campaign, 16, 1, LARGE)}"
    found = serial_ranges.parse(text, expected)
    assert found == (
        SerialSpan(3, 3),
        SerialSpan(10, 12),
        SerialSpan(15, 15),
        SerialSpan(16, 16),
        SerialSpan(20, 20),
    )
    elsewhere = code(installation, campaign, 1, 1, unit="an-lao")
    forged = scanned[0].replace(".000015.", ".000017.")
    with pytest.raises(Refusal) as refused:
        serial_ranges.parse(f"x, 5-3, 0, 7-9, 8, {elsewhere}, {forged}", expected)
    assert [(fault.location, fault.code) for fault in refused.value.faults] == [
        ("x", "range_unreadable"),
        ("5-3", "range_order"),
        ("0", "range_order"),
        (elsewhere, "sheet_foreign"),
        (forged, "sheet_forged"),
        ("0008", "range_repeated"),
    ]
    for empty in ("", " , \n", ",".join(str(n) for n in range(1, 1002))):
        with pytest.raises(Refusal, match="ranges_faulty"):
            serial_ranges.parse(empty, expected)


def code(
    installation: Installation,
    campaign: CampaignRecord,
    serial: int,
    page: int,
    edition: Edition = STANDARD,
    unit: str = "an-nhon",
) -> str:
    """What a hand scanner types when it reads this page."""
    sheet = PageIdentity(campaign.code, unit, serial, page)
    fingerprint = lay_out(campaign.questionnaire, edition).fingerprint
    return FormProof(installation.keys.form_proof).write(sheet, fingerprint)
