"""Verifying by totals: typed by a second person who is shown nothing; and who hands out is not who keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.errors import Refusal
from survey.services.accounts import accounts
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.campaigns import campaigns
from survey.services.collection import decisions, door, serials
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.paper import closing, minutes, second_keying, separate_duties, verification
from survey.services.paper.form_totals import FormTotals, tally
from survey.services.paper.separate_duties import DutyCounts
from survey.services.paper.verification import Comparison, VerificationQueue
from survey.vocabulary import PaperAct, Role, State
from tests.support import paper_scene, scene
from tests.support.paper_scene import HEAD, issue, say
from tests.support.scene import NOW, entry
from tests.support.web import SignIn

PAGE = f"/noi-bo/{scene.CODE}/xac-minh"
ALL_FOURS = {"level_4": "26", "overall": "4"}  # what every form of these tests says
Unit = tuple[Actor, Actor, Actor]


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application without tokens against forged requests, which have tests of their own."""
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def people(installation: Installation, campaign: CampaignRecord) -> Unit:
    """Two officers and the head of An Nhơn, for whom 200 forms were printed."""
    issue(installation, campaign, 1, 200)
    officers = [scene.account(installation, f"{name}@x.vn") for name in ("mot", "hai")]
    return officers[0], officers[1], scene.account(installation, "ba@x.vn", Role.UNIT_HEAD)


def numbers(installation: Installation, campaign: CampaignRecord, *, sampled: bool = False) -> list[str]:
    """The printed numbers that chance draws for a second keying, or the others."""
    key = installation.keys.paper_sample
    return [f"{n:04}" for n in range(1, 201) if serials.is_sampled(key, campaign, n) is sampled]


def key_in(installation: Installation, campaign: CampaignRecord, actor: Actor, *keyed: str) -> None:
    for number in keyed:
        door.accept(installation, entry(campaign, number=number, actor=actor), NOW)


def queue(installation: Installation, campaign: CampaignRecord, actor: Actor) -> VerificationQueue:
    return verification.queue(installation, actor, campaign, "an-nhon")


def states(installation: Installation, campaign: CampaignRecord) -> Mapping[str, State]:
    listed = decisions.keyed_forms(installation, HEAD, campaign, "an-nhon")
    return {form.number: form.state for form in listed}


def test_the_totals_of_a_form_are_those_of_its_items() -> None:
    assert tally("5540-14" + "3") == FormTotals((1, 0, 0, 2, 2), 1, 1, "3")
    assert tally("5540-14" + "3").items == 7


class TestQueue:
    """What waits for whom, and in which order."""

    def test_it_has_what_others_keyed_and_chance_did_not_draw(
        self, installation: Installation, campaign: CampaignRecord, people: Unit
    ) -> None:
        one, two, head = people
        own, drawn = numbers(installation, campaign)[:3], numbers(installation, campaign, sampled=True)[0]
        key_in(installation, campaign, one, *own[:2], drawn)
        key_in(installation, campaign, two, own[2])
        assert queue(installation, campaign, one) == VerificationQueue((own[2],), 2)
        assert queue(installation, campaign, two) == VerificationQueue((own[0], own[1]), 1)
        assert queue(installation, campaign, head) == VerificationQueue(tuple(own), 0)

    def test_it_is_in_the_order_of_the_pile_and_keeps_the_place(self) -> None:
        waiting = VerificationQueue(("0002", "0999", "10000", "20000", "A-7"), 0)
        assert [waiting.after(number) for number in ("", "0002", "0500", "10000", "20000", "A-7")] == [
            *("0002", "0999", "0999", "20000", "A-7", "0002")
        ]
        assert (waiting.at("0999"), waiting.at("0003"), waiting.at("")) == ("0999", "0999", "0002")
        assert VerificationQueue((), 3).after("0002") is None

    def test_another_unit_has_its_own(
        self, installation: Installation, campaign: CampaignRecord, people: Unit
    ) -> None:
        with pytest.raises(Refusal, match="unit_out_of_reach"):
            verification.queue(installation, Actor(9, Role.OFFICER, "phu-cat"), campaign, "an-nhon")


class TestTotals:
    """Equal totals verify a form; others lead to the usual road and are never compared again."""

    def test_equal_ones_verify(
        self, installation: Installation, campaign: CampaignRecord, people: Unit
    ) -> None:
        one, two, _ = people
        number = numbers(installation, campaign)[0]
        key_in(installation, campaign, one, number)
        with pytest.raises(Refusal, match="verify_own_entry"):
            paper_scene.verify(installation, one, campaign, number)
        assert paper_scene.verify(installation, two, campaign, number) is Comparison.VERIFIED
        assert states(installation, campaign) == {number: State.VALID}
        with pytest.raises(Refusal, match="decision_not_allowed"):
            paper_scene.verify(installation, two, campaign, number)

    def test_others_ask_for_a_second_keying_and_for_no_second_guess(
        self, installation: Installation, campaign: CampaignRecord, people: Unit
    ) -> None:
        one, two, head = people
        number = numbers(installation, campaign)[0]
        key_in(installation, campaign, one, number)
        wrong = "5" + "4" * 26
        found = paper_scene.verify(installation, two, campaign, number, counted=wrong)
        assert found is Comparison.TO_BE_KEYED
        for actor in (two, head):  # nobody guesses on, not even rightly
            with pytest.raises(Refusal, match="double_keying_needed"):
                paper_scene.verify(installation, actor, campaign, number)
            assert queue(installation, campaign, actor).numbers == ()
        assert [each.number for each in second_keying.waiting(installation, two, campaign, "an-nhon")] == [
            number
        ]
        with installation.database.read() as session:
            (row,) = session.execute(scene.table("totals_mismatch").select()).mappings()
        assert set(row) == {"campaign_id", "form_number", "step", "unit_id", "account_id", "local_day"}
        sheet = scene.sheet(campaign.questionnaire)
        assert second_keying.key_second(installation, two, campaign, number, sheet, NOW)
        assert states(installation, campaign) == {number: State.VALID}
        assert second_keying.waiting(installation, two, campaign, "an-nhon") == []

    def test_the_overall_item_is_compared_too(
        self, installation: Installation, campaign: CampaignRecord, people: Unit
    ) -> None:
        one, two, _ = people
        number = numbers(installation, campaign)[0]
        key_in(installation, campaign, one, number)
        counted = "4" * 26 + "5"
        assert (
            paper_scene.verify(installation, two, campaign, number, counted=counted) is Comparison.TO_BE_KEYED
        )

    @pytest.mark.parametrize(
        ("counted", "code"),
        [
            (FormTotals((0, 0, 0, 25, 0), 0, 0, "4"), "totals_sum"),
            (FormTotals((0, 0, 0, 27, 0), 0, 0, "4"), "totals_sum"),
            (FormTotals((-1, 0, 0, 27, 0), 0, 0, "4"), "totals_sum"),
            (FormTotals((0, 0, 0, 26, 0), 0, 0, "9"), "totals_overall"),
        ],
    )
    def test_what_cannot_be_a_forms_totals_is_not_compared(
        self,
        installation: Installation,
        campaign: CampaignRecord,
        people: Unit,
        counted: FormTotals,
        code: str,
    ) -> None:
        number = numbers(installation, campaign)[0]
        key_in(installation, campaign, people[0], number)
        with pytest.raises(Refusal, match="totals_faulty") as refused:
            verification.verify(installation, people[1], campaign, number, counted, NOW)
        assert [fault.code for fault in refused.value.faults] == [code]
        assert "totals_mismatch" not in scene.counts(installation)
        assert paper_scene.verify(installation, people[1], campaign, number) is Comparison.VERIFIED

    def test_a_form_without_a_printed_serial_is_counted_by_somebody_else(
        self, installation: Installation, campaign: CampaignRecord, strict: CampaignRecord
    ) -> None:
        one, two, three = (scene.account(installation, f"{name}@x.vn") for name in ("mot", "hai", "ba"))
        key_in(installation, strict, one, "1")
        counted = "5" + "4" * 26
        assert paper_scene.verify(installation, two, strict, "1", counted=counted) is Comparison.TO_BE_COUNTED
        with pytest.raises(Refusal, match="totals_by_same"):
            paper_scene.verify(installation, two, strict, "1")
        assert queue(installation, strict, two) == VerificationQueue((), 1)
        assert paper_scene.verify(installation, three, strict, "1") is Comparison.VERIFIED


@pytest.fixture
def strict(installation: Installation) -> CampaignRecord:
    """A campaign without printed forms whose paper two people see."""
    plan = replace(scene.plan().rehearsed("strict", NOW.date(), {}), paper_check="second_person")
    campaigns.load(installation, COMMAND_LINE, plan, NOW)
    return installation.campaigns.get("strict")


class TestPage:
    """One form on the screen at a time."""

    def test_it_shows_no_answers_and_keeps_the_place(
        self, installation: Installation, campaign: CampaignRecord, people: Unit, signed_in: SignIn
    ) -> None:
        waiting = numbers(installation, campaign)[:4]
        key_in(installation, campaign, people[0], *waiting)
        client = signed_in(Role.OFFICER)
        assert on_screen(client, PAGE) == waiting[0]
        assert on_screen(client, f"{PAGE}?sau={waiting[0]}") == waiting[1]
        assert on_screen(client, PAGE) == waiting[1], "whoever comes back is where they were"
        assert client.post(PAGE, data={"number": waiting[1], **ALL_FOURS}).location.endswith(
            f"?sau={waiting[1]}"
        )
        assert on_screen(client, f"{PAGE}?sau={waiting[1]}") == waiting[2]
        assert on_screen(client, f"{PAGE}?sau={waiting[3]}") == waiting[0], "what was left comes again"
        assert on_screen(client, f"{PAGE}?so={int(waiting[3])}") == waiting[3]
        assert f"Phiếu số {waiting[1]} không chờ Ông/Bà đếm." in client.get(f"{PAGE}?so={waiting[1]}").text

    def test_what_was_typed_stays_where_it_cannot_be_right(
        self, installation: Installation, campaign: CampaignRecord, people: Unit, signed_in: SignIn
    ) -> None:
        (number, *_) = numbers(installation, campaign)
        key_in(installation, campaign, people[0], number)
        client = signed_in(Role.OFFICER)
        for sent, said in (
            ({"level_4": "25", "overall": "4"}, "Các số cộng lại là 25, mà phiếu có 26 câu"),
            ({"level_4": "26", "overall": "7"}, "gõ số từ 0 đến 5"),
            ({"level_4": "x", "overall": "4"}, "chỉ nhận một số đếm"),
            ({"level_4": "26"}, "chỉ nhận một số đếm"),
        ):
            answer = client.post(PAGE, data={"number": number, **sent})
            assert (answer.status_code, said in answer.text) == (422, True), sent
            assert f'name="level_4" value="{sent["level_4"]}"' in answer.text
        assert states(installation, campaign) == {number: State.AWAITING}

    def test_totals_that_differ_lead_to_keying_the_form_and_back_behind_it(
        self, installation: Installation, campaign: CampaignRecord, people: Unit, signed_in: SignIn
    ) -> None:
        waiting = numbers(installation, campaign)[:2]
        key_in(installation, campaign, people[0], *waiting)
        client = signed_in(Role.OFFICER)
        sent = client.post(PAGE, data={"number": waiting[0], "level_5": "26", "overall": "4"})
        assert f"nhap-lan-hai?so={waiting[0]}" in sent.location
        page = client.get(sent.location).text
        assert "số vừa đếm không khớp với lần nhập trước" in page
        assert "checked" not in page
        fields = {item.field: "4" for item in campaign.questionnaire.items}
        keyed = client.post(sent.location, data={"form_number": waiting[0], "overall": "4", **fields})
        assert keyed.location.endswith(f"xac-minh?sau={waiting[0]}")
        page = client.get(keyed.location).text
        assert "hai lần nhập giống nhau" in page
        assert f"<code>{waiting[1]}</code>" in page


def on_screen(client: FlaskClient, path: str) -> str:
    """The number of the one form that a page shows."""
    page = client.get(path).text
    (number,) = [part.partition("<")[0] for part in page.split("<code>")[1:]]
    return number


class TestHandingOut:
    """Who hands a sheet out is not who keys it, where a unit has two people."""

    def test_who_handed_out_keys_neither_first_nor_second(
        self, installation: Installation, campaign: CampaignRecord, people: Unit
    ) -> None:
        one, two, head = people
        drawn = numbers(installation, campaign, sampled=True)[0]
        say(installation, campaign, PaperAct.HANDED_OUT, 1, 200, actor=one)
        with pytest.raises(Refusal, match="handed_out_by_same"):
            key_in(installation, campaign, one, drawn)
        assert "response" not in scene.counts(installation)
        key_in(installation, campaign, two, drawn)
        sheet = scene.sheet(campaign.questionnaire)
        (waits,) = second_keying.waiting(installation, one, campaign, "an-nhon")
        assert waits.barred == "handed_out_by_same"
        with pytest.raises(Refusal, match="handed_out_by_same"):
            second_keying.key_second(installation, one, campaign, drawn, sheet, NOW)
        assert second_keying.key_second(installation, head, campaign, drawn, sheet, NOW)

    def test_the_last_one_who_handed_it_out_counts(
        self, installation: Installation, campaign: CampaignRecord, people: Unit
    ) -> None:
        one, two, _ = people
        say(installation, campaign, PaperAct.HANDED_OUT, 1, 9, actor=one)
        say(installation, campaign, PaperAct.TAKEN_BACK, 4, actor=one)
        say(installation, campaign, PaperAct.HANDED_OUT, 4, actor=two)
        key_in(installation, campaign, one, "0004")
        key_in(installation, campaign, two, "0005")
        spans = separate_duties.not_to_key(installation, one, campaign, "an-nhon")
        assert [str(span) for span in spans] == ["0001–0003", "0005–0009"]

    def test_one_person_alone_does_both_and_it_is_recorded(
        self, installation: Installation, campaign: CampaignRecord, people: Unit
    ) -> None:
        one, _, head = people
        accounts.close(installation, COMMAND_LINE, "hai@x.vn", NOW)
        say(installation, campaign, PaperAct.HANDED_OUT, 1, 2, actor=one)
        assert separate_duties.not_to_key(installation, one, campaign, "an-nhon") == ()
        undrawn = numbers(installation, campaign)
        keyed = ["0001", "0002", next(number for number in undrawn if number > "0002")]
        key_in(installation, campaign, one, *keyed)
        assert separate_duties.of_unit(installation, head, campaign, "an-nhon") == DutyCounts(2, 1)
        for number in keyed:
            if number in undrawn:
                paper_scene.verify(installation, head, campaign, number)
            else:
                sheet = scene.sheet(campaign.questionnaire)
                second_keying.key_second(installation, head, campaign, number, sheet, NOW)
        closed = closing.close_unit(installation, head, campaign, "an-nhon", "Trần B", NOW)
        (minute,) = minutes.minutes(installation, head, campaign, "an-nhon", closed)
        assert minute.note == (
            "2 phiếu do chính người phát phiếu nhập; 1 phiếu đã nhập mà không có biên bản phát"
        )

    def test_the_page_tells_it_and_keeps_what_was_typed(
        self, installation: Installation, campaign: CampaignRecord, people: Unit, signed_in: SignIn
    ) -> None:
        client, page = signed_in(Role.OFFICER), f"/noi-bo/{scene.CODE}/nhap-phieu"
        minute = {"act": "handed_out", "ranges": "7-9", "witness": "", "note": ""}
        assert client.post(f"/noi-bo/{scene.CODE}/phieu-in/an-nhon/ghi", data=minute).status_code == 303
        assert 'data-handed="7-9 "' in client.get(page).text
        sent = {"form_number": "8", "key": "k" * 22, "c1_1": "4"}
        answer = client.post(page, data=sent)
        assert answer.status_code == 403
        assert "Phiếu số 0008 do chính Ông/Bà phát ra" in answer.text
        assert 'name="c1_1" value="4" checked' in answer.text
