"""From rows to the analysis, on both databases: who keyed what, what counts, and who may know it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import update

from scoring.analysis.analysis import Analysis
from scoring.defaults import SEED
from survey.errors import Refusal
from survey.plans import check
from survey.plans.plan import from_json
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.collection import decisions
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import analysis, estimates, reports
from survey.vocabulary import Channel, Reason, Role, Verdict
from tests.integration.results import keying
from tests.support import scene

AFTERNOON = scene.NOW.replace(hour=15)
FORMS = 45


@pytest.fixture
def keyed(installation: Installation, campaign: CampaignRecord) -> tuple[Actor, Actor]:
    """Two officers of An Nhơn, of whom the second keyed one form again and again; forms of other units too."""
    first, second = (scene.account(installation, f"{name}@example.vn") for name in ("honest", "copying"))
    keying.take_in(installation, campaign, 2, keying.sheets(campaign, 1, 4.0, FORMS), first, scene.NOW)
    keying.take_in(installation, campaign, 2, keying.sheets(campaign, 2, 4.0, 1) * 15, second, AFTERNOON)
    for unit_id, mood in ((1, 4.6), (3, 3.4)):
        keying.take_in(
            installation,
            campaign,
            unit_id,
            keying.sheets(campaign, 10 + unit_id, mood, FORMS),
            None,
            scene.NOW,
        )
    keying.take_in(installation, campaign, 4, keying.sheets(campaign, 3, 4.0, 5), None, scene.NOW)
    return first, second


def _studied(installation: Installation, campaign: CampaignRecord) -> reports.Assessment:
    scene.released(installation, campaign)
    return analysis.assessment(installation, COMMAND_LINE, campaign)


def test_forms_come_with_who_keyed_them_by_which_way_and_when(
    installation: Installation, campaign: CampaignRecord, keyed: tuple[Actor, Actor]
) -> None:
    found = estimates.gathered(installation, campaign, estimates.valid_forms(campaign))
    collected = found.collected
    by_unit = {
        int(unit): int(number)
        for unit, number in zip(*np.unique(collected.unit, return_counts=True), strict=True)
    }
    assert by_unit == {0: FORMS, 1: FORMS + 15, 2: FORMS, 3: 5}
    assert set(found.officers) == {one.account_id for one in keyed}
    sizes = {found.officers[code]: int((collected.officer == code).sum()) for code in range(2)}
    assert sizes == {keyed[0].account_id: FORMS, keyed[1].account_id: 15}
    assert set(collected.officer[collected.unit != 1].tolist()) == {-1}
    channels = list(Channel)
    assert {channels[code] for code in collected.channel[collected.unit == 1]} == {Channel.PAPER}
    assert {channels[code] for code in collected.channel[collected.unit != 1]} == {Channel.QR}
    times = {officer: set(collected.time[collected.officer == officer].tolist()) for officer in range(2)}
    late = found.officers.index(keyed[1].account_id or 0)
    assert times[late] == {min(times[1 - late]) + 1}  # the afternoon of the same day
    assert np.isnan(collected.seconds).all()
    assert collected.marks.shape[1] == len(campaign.questionnaire.items)


def test_the_results_are_the_same_with_and_without_the_analysis(
    installation: Installation, campaign: CampaignRecord, keyed: tuple[Actor, Actor]
) -> None:
    scene.released(installation, campaign)
    plain = reports.assessment(installation, COMMAND_LINE, campaign)
    studied = _studied(installation, campaign)
    assert plain.result == studied.result
    assert plain.analysis is None
    with pytest.raises(LookupError):
        plain.required_analysis()


def test_the_copying_officer_is_flagged_and_named_to_those_who_see_every_unit(
    installation: Installation, campaign: CampaignRecord, keyed: tuple[Actor, Actor]
) -> None:
    studied = _studied(installation, campaign)
    (flag,) = studied.required_analysis().review.flags
    assert (flag.kind, flag.unit, len(flag.forms)) == ("near_duplicate", 1, 15)
    assert flag.officer is not None
    assert studied.officers[flag.officer] == keyed[1].account_id
    names = analysis.officer_names(installation, COMMAND_LINE, studied)
    assert names == ("Người thử", "Người thử")
    for role in (Role.UNIT_HEAD, Role.OFFICER):
        with pytest.raises(Refusal) as refused:
            analysis.officer_names(installation, Actor(1, role, "an-nhon"), studied)
        assert refused.value.code == "role_out_of_reach"


def test_forms_out_of_the_count_are_out_of_the_analysis_and_cut_links_tell_nobody(
    installation: Installation, campaign: CampaignRecord, keyed: tuple[Actor, Actor]
) -> None:
    numbers = decisions.keyed_forms(installation, COMMAND_LINE, campaign, "an-nhon")
    decisions.decide(
        installation,
        COMMAND_LINE,
        campaign,
        numbers[0].number,
        Verdict.EXCLUDED,
        scene.NOW,
        reason=Reason.TEST,
    )
    assert (
        estimates.gathered(installation, campaign, estimates.valid_forms(campaign)).collected.unit == 1
    ).sum() == FORMS + 14
    paper = scene.table("paper_form")
    with installation.database.write() as session:
        session.execute(update(paper).values(response_key=None, keyed_by=None))
    found = estimates.gathered(installation, campaign, estimates.valid_forms(campaign))
    assert found.officers == ()
    assert set(found.collected.officer.tolist()) == {-1}
    assert (found.collected.unit == 1).sum() == FORMS + 14
    assert _studied(installation, campaign).required_analysis().review.officers == 0


def test_a_small_unit_stays_out_of_everything_that_is_printed(
    installation: Installation, campaign: CampaignRecord, keyed: tuple[Actor, Actor]
) -> None:
    found = _studied(installation, campaign).required_analysis()
    assert "an-lao" in found.ranking.left_out
    chances = {chance.domain: chance for chance in found.target_probabilities}
    assert chances["an-lao"].official is None
    assert chances["van-phong"].official is not None or "van-phong" in found.ranking.left_out
    assert set(found.ranking.units) <= {"van-phong", "an-nhon", "hoai-nhon"}


def test_the_same_forms_give_the_same_analysis_as_json(
    installation: Installation, campaign: CampaignRecord, keyed: tuple[Actor, Actor]
) -> None:
    def written(found: Analysis) -> str:
        return json.dumps(found.to_json(), default=str, sort_keys=True)

    first, again = (_studied(installation, campaign).required_analysis() for _ in range(2))
    assert written(first) == written(again)
    assert first.seed == SEED


def test_remarks_alone_are_those_of_the_analysis(
    installation: Installation, campaign: CampaignRecord, keyed: tuple[Actor, Actor]
) -> None:
    scene.released(installation, campaign)
    plain = reports.assessment(installation, COMMAND_LINE, campaign)
    whole = _studied(installation, campaign).required_analysis().findings
    for place, unit in ((1, "an-nhon"), (3, "an-lao")):
        assert analysis.remarks(installation, plain, unit) == whole[place]


def test_no_forms_at_all_make_an_analysis_and_a_report(
    installation: Installation, campaign: CampaignRecord
) -> None:
    studied = _studied(installation, campaign)
    assert studied.required_analysis().ranking.units == ()
    assert reports.report_pdf(studied).startswith(b"%PDF")
    assert reports.report_xlsx(studied, "an-nhon").startswith(b"PK")


def test_figures_of_the_analysis_need_one(
    installation: Installation, campaign: CampaignRecord, keyed: tuple[Actor, Actor]
) -> None:
    studied = _studied(installation, campaign)
    for name in ("ranks", "importance"):
        assert reports.figure(studied, name).svg().startswith("<svg")
        with pytest.raises(Refusal) as refused:
            reports.figure(replace(studied, analysis=None), name)
        assert refused.value.code == "page_unknown"


def test_a_plan_names_its_point_table_or_gets_the_proportional_one(
    installation: Installation, campaign: CampaignRecord
) -> None:
    assert campaign.plan.point_table == "proportional"
    older = campaign.plan.to_json()
    del older["point_table"]
    assert from_json(older).point_table == "proportional"
    bundled = (check.BUNDLED / f"{scene.CODE}.toml").read_bytes()
    named = bundled.replace(b'"proportional"', b'"bands-example"')
    silent = b"".join(line for line in bundled.splitlines(keepends=True) if b"point_table" not in line)
    assert check.parse(silent).point_table == "proportional"
    assert check.parse(named).point_table == "bands-example"
    with pytest.raises(Refusal) as refused:
        check.parse(named.replace(b"bands-example", b"invented"))
    assert [fault.code for fault in refused.value.faults] == ["plan_unknown_word"]
    other = replace(campaign, plan=check.parse(named))
    studied = _studied(installation, other)
    assert studied.required_analysis().points[0].table.id == "bands-example"
    assert studied.required_analysis().examples == ()


def test_a_poster_that_was_sent_again_and_again_in_one_half_day_is_named_and_nobody_else(
    installation: Installation, campaign: CampaignRecord
) -> None:
    """By what is stored: unit, channel, half-day, marks. Honest forms come over three weeks."""
    for unit_id in (1, 2, 3):
        honest = keying.sheets(campaign, unit_id, 4.0, FORMS)
        for day in range(15):
            part = honest[3 * day : 3 * day + 3]
            keying.take_in(installation, campaign, unit_id, part, None, scene.NOW + timedelta(days=day))
    copies = keying.sheets(campaign, 9, 3.6, 1) * 20
    keying.take_in(installation, campaign, 2, copies, None, AFTERNOON)
    assessed = _studied(installation, campaign)
    assert assessed.analysis is not None
    review = assessed.analysis.review
    assert review.open_channels == 3
    found = {(flag.kind, flag.unit, list(Channel)[flag.channel or 0]) for flag in review.flags}
    assert found == {("crowd", 1, Channel.QR), ("copies", 1, Channel.QR)}
    assert review.flagged[1] >= 20
    assert review.flagged[0] == review.flagged[2] == 0
