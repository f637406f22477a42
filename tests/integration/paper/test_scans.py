"""From the printer to the results: printed here, filled in, scanned, read, doubted, verified, counted."""

from __future__ import annotations

from contextlib import closing as closes
from pathlib import Path
from random import Random

import pypdfium2
import pytest

from forms.answers import AnswerSheet
from forms.layout import lay_out
from survey.errors import Refusal
from survey.keys import secret_path
from survey.models import Schema
from survey.services.accounts.actors import COMMAND_LINE, Actor
from survey.services.collection import decisions, door, serials
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.paper import batches, closing, doubtful_forms, keying_accuracy, scans, second_keying
from survey.services.paper.batches import PrintOrder
from survey.services.paper.closing import ClosingOutcome
from survey.services.results import figures, quotas
from survey.vocabulary import Reason, Role, Verdict
from tests.paper.hands import answer, somebody
from tests.paper.takes import TAKES
from tests.support import paper_scene, scene
from tests.support.paper_scene import HEAD
from tests.support.scene import AN_NHON, CLOSED, NOW, entry

DPI = 150
Truth = dict[str, list[str]]


def returned(
    installation: Installation, campaign: CampaignRecord, folder: Path, count: int
) -> tuple[list[Path], dict[str, Truth]]:
    """Print forms, let people fill them in, and scan every page; also what is true of each form."""
    out = folder / "forms.pdf"
    printed = batches.print_batch(installation, HEAD, campaign, "an-nhon", PrintOrder(count), out, NOW)
    layout, chance = lay_out(campaign.questionnaire), Random(7)
    paths: list[Path] = []
    truth: dict[str, Truth] = {}
    with closes(pypdfium2.PdfDocument(out.read_bytes())) as document:
        for place, serial in enumerate(range(printed.span.first, printed.span.last + 1)):
            pages = {
                page: document[place * layout.pages + page - 1].render(scale=DPI / 72).to_pil().convert("RGB")
                for page in range(1, layout.pages + 1)
            }
            truth[f"{serial:04}"] = answer(somebody(chance), pages, layout.boxes, DPI / 25.4)
            for page, picture in pages.items():
                picture.info["number"] = page
                paths.append(folder / f"{serial}-{page}.jpg")
                TAKES["office"](picture, chance).save(paths[-1], "JPEG", quality=92)
    return paths, truth


def settled(
    installation: Installation, campaign: CampaignRecord, actor: Actor, number: str, truth: Truth
) -> None:
    """Answer every doubt as somebody does who sees the paper."""
    form = doubtful_forms.doubtful(installation, actor, campaign, "an-nhon", number)
    chosen = {doubt.field: "".join(truth[doubt.field]) for doubt in form.doubts}
    doubtful_forms.answer_doubts(installation, actor, campaign, "an-nhon", number, chosen, NOW)


def test_a_form_goes_from_the_printer_to_the_results(
    installation: Installation, campaign: CampaignRecord, tmp_path: Path
) -> None:
    one, two = scene.account(installation, "mot@x.vn"), scene.account(installation, "hai@x.vn")
    paths, truth = returned(installation, campaign, tmp_path, 3)
    taken = scans.take_in(installation, one, campaign, "an-nhon", paths, NOW)
    assert taken.problems == ()
    assert sorted(taken.accepted + taken.doubtful) == sorted(truth)
    waits = doubtful_forms.waiting(installation, two, campaign, "an-nhon")
    assert [(scan.number, scan.barred) for scan in waits] == [(each, "") for each in sorted(taken.doubtful)]
    for number in taken.doubtful:
        settled(installation, campaign, one, number, truth[number])
    assert quotas.progress(installation, HEAD, campaign, NOW).total("awaiting") == 3
    items = [*campaign.questionnaire.items, campaign.questionnaire.overall]
    with installation.database.read() as session:
        marks = [row.marks for row in session.execute(scene.table("response").select())]
    expected = ["".join("".join(form[item.field]) or "-" for item in items) for form in truth.values()]
    assert sorted(marks) == sorted(expected)
    again = scans.take_in(installation, one, campaign, "an-nhon", paths, NOW)
    assert {problem.code for problem in again.problems} == {"scan_file_known"}
    assert scene.counts(installation)["response"] == 3
    for number in truth:
        if not serials.is_sampled(installation.keys.paper_sample, campaign, int(number)):
            paper_scene.verify(installation, two, campaign, number, NOW)
    for awaited in second_keying.waiting(installation, two, campaign, "an-nhon"):
        with installation.database.read() as session:
            first = decisions.paper_of(session, campaign, awaited.number)
            row = session.execute(scene.table("response").select().filter_by(**first.response.columns)).one()
        assert second_keying.key_second(
            installation, two, campaign, awaited.number, AnswerSheet(row.marks, row.profile, ""), NOW
        )
    unit = quotas.progress(installation, HEAD, campaign, NOW).units[0]
    assert (unit.valid, unit.awaiting, unit.missing) == (3, 0, unit.target - 3)
    scene.released(installation, campaign)
    found = figures.current(installation, campaign).result.units[AN_NHON - 1]
    levels = [int(mark) for form in expected for mark in form[:-1] if mark in "12345"]
    assert found.forms == 3
    assert found.overall_pooled.f1.value == pytest.approx(100 * sum(levels) / (5 * len(levels)))
    assert keying_accuracy.of_campaign(installation, campaign).wrong == 0


def test_a_scan_is_the_second_reading_of_a_keyed_form(
    installation: Installation, campaign: CampaignRecord, tmp_path: Path
) -> None:
    one, two = scene.account(installation, "mot@x.vn"), scene.account(installation, "hai@x.vn")
    paths, truth = returned(installation, campaign, tmp_path, 1)
    door.accept(installation, entry(campaign, number="0001", actor=one, mark="4"), NOW)
    taken = scans.take_in(installation, two, campaign, "an-nhon", paths, NOW)
    for number in taken.doubtful:
        settled(installation, campaign, two, number, truth[number])
    head = scene.account(installation, "ba@x.vn", Role.UNIT_HEAD)
    assert [form.number for form in second_keying.discrepancies(installation, head, campaign, "an-nhon")] == [
        "0001"
    ]
    seen = second_keying.discrepancy(installation, head, campaign, "0001")
    assert seen.fields
    assert all(d.second == "".join(truth["0001"].get(d.field, [])) for d in seen.fields)


def test_sides_and_forms_that_do_not_belong_are_named(
    installation: Installation, campaign: CampaignRecord, tmp_path: Path
) -> None:
    paths, _ = returned(installation, campaign, tmp_path, 2)
    (tmp_path / "note.jpg").write_bytes(b"no picture")
    elsewhere = Actor(None, Role.OFFICER, "an-lao")
    officer = scene.account(installation, "mot@x.vn")
    foreign = scans.take_in(installation, COMMAND_LINE, campaign, "an-lao", paths[2:], NOW)
    assert [problem.code for problem in foreign.problems] == ["scan_other_unit"]
    taken = scans.take_in(installation, officer, campaign, "an-nhon", [paths[0], tmp_path / "note.jpg"], NOW)
    assert {problem.code for problem in taken.problems} == {"scan_page_missing", "scan_file_unknown"}
    assert (taken.accepted, taken.doubtful) == ((), ())
    with pytest.raises(Refusal, match="unit_out_of_reach"):
        scans.take_in(installation, elsewhere, campaign, "an-nhon", paths, NOW)


def test_pictures_are_encrypted_and_go_when_verification_closes(
    installation: Installation, campaign: CampaignRecord, tmp_path: Path
) -> None:
    officer = scene.account(installation, "mot@x.vn")
    paths, truth = returned(installation, campaign, tmp_path, 1)
    taken = scans.take_in(installation, officer, campaign, "an-nhon", paths, NOW)
    assert taken.doubtful == ("0001",), "nobody answers the profile of this form completely"
    with installation.database.read() as session:
        (row,) = session.execute(scene.table("scan_form").select()).all()
    assert b"answers" not in row.content
    assert b"crop" not in row.content
    secret = secret_path(installation.config.data).read_text("ascii")
    with installation.database.read() as session:
        tables = [session.execute(each.select()).all() for each in Schema.metadata.sorted_tables]
    assert secret not in repr(tables), "the key stands outside the database"
    with pytest.raises(Refusal, match="settle_incomplete"):
        doubtful_forms.answer_doubts(installation, officer, campaign, "an-nhon", "0001", {}, NOW)
    with pytest.raises(Refusal) as refused:
        closing.close_unit(installation, HEAD, campaign, "an-nhon", "Trần B", NOW)
    assert [fault.code for fault in refused.value.faults] == ["scans_waiting"]
    settled(installation, campaign, officer, "0001", truth["0001"])
    assert doubtful_forms.waiting(installation, officer, campaign, "an-nhon") == []
    colleague = scene.account(installation, "hai@x.vn")
    if serials.is_sampled(installation.keys.paper_sample, campaign, 1):
        decisions.decide(installation, HEAD, campaign, "0001", Verdict.EXCLUDED, NOW, reason=Reason.TEST)
    else:
        paper_scene.verify(installation, colleague, campaign, "0001", NOW)
    closing.close_unit(installation, HEAD, campaign, "an-nhon", "Trần B", CLOSED)
    traces = [row.content[at : at + 24] for at in (100, len(row.content) // 2, len(row.content) - 100)]
    if installation.database.is_sqlite:
        assert any(trace in files(installation) for trace in traces)
    assert closing.close_ready(installation, COMMAND_LINE, [campaign], NOW) == [
        ClosingOutcome(scene.CODE, 0, "verification_too_early")
    ]
    (done,) = closing.close_ready(installation, COMMAND_LINE, [campaign], CLOSED)
    assert (done.campaign, done.waits) == (scene.CODE, "")
    assert "scan_form" not in scene.counts(installation)
    if installation.database.is_sqlite:
        assert not any(trace in files(installation) for trace in traces), (
            "deleted pictures lie in the files still"
        )
    (again,) = closing.close_ready(installation, COMMAND_LINE, [campaign], CLOSED)
    assert again.waits == "verification_closed"


def files(installation: Installation) -> bytes:
    """Everything that lies in the data directory, byte for byte."""
    return b"".join(path.read_bytes() for path in installation.config.data.rglob("*") if path.is_file())
