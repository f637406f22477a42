"""Batches signed with the office's certificate: valid, changed by nobody, read as before, and never half issued."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from flask import Flask
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.status import SignatureCoverageLevel

from forms.paper import FormProof
from forms.scan import read_files
from survey.documents.signing import signing
from survey.documents.signing.signing import Identity
from survey.errors import Refusal
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.paper import batches, minutes
from survey.services.paper.batches import PrintOrder
from survey.vocabulary import Role
from survey.web.application import assemble
from tests.integration.paper import certificates
from tests.integration.paper.certificates import HOLDER, Office
from tests.support import scene
from tests.support import web as fixtures_web
from tests.support.paper_scene import HEAD
from tests.support.scene import NOW

UNIT = f"/noi-bo/{scene.CODE}/phieu-in/an-nhon"
SIGNED = PrintOrder(2, signed=True)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """The office's key, in a folder beside the data."""
    return certificates.office(tmp_path)


def configured(installation: Installation, identity: Identity | None) -> Installation:
    """The installation with these files as its key."""
    pkcs12, passphrase = (identity.pkcs12, identity.passphrase) if identity else (None, None)
    return replace(
        installation, config=replace(installation.config, sign_pkcs12=pkcs12, sign_passphrase=passphrase)
    )


def printed(installation: Installation, campaign: CampaignRecord, out: Path) -> bytes:
    batches.print_batch(installation, HEAD, campaign, "an-nhon", SIGNED, out, NOW)
    return out.read_bytes()


def acts(installation: Installation) -> list[tuple[str, dict[str, str]]]:
    with installation.database.read() as session:
        return [(row.act, row.details) for row in session.execute(scene.table("audit_entry").select())]


def test_a_signed_batch_is_valid_and_says_whose_it_is(
    installation: Installation, campaign: CampaignRecord, office: Office, tmp_path: Path
) -> None:
    service = configured(installation, office.identity)
    verdict = office.verdict(printed(service, campaign, tmp_path / "F.pdf"))
    assert verdict.bottom_line
    assert verdict.coverage is SignatureCoverageLevel.ENTIRE_FILE
    (minute,) = minutes.minutes(installation, HEAD, campaign, "an-nhon")
    assert minute.note == f"bản chữ thường, ký số: {HOLDER}"
    (batch,) = batches.batches(installation, HEAD, campaign, "an-nhon")
    assert batch.signed
    fingerprint = signing.check(office.identity, NOW).fingerprint
    assert ("forms_signed", {"certificate": fingerprint}) in acts(installation)
    batches.render_again(service, HEAD, campaign, "an-nhon", 1, tmp_path / "again.pdf", NOW)
    assert office.verdict((tmp_path / "again.pdf").read_bytes()).bottom_line
    assert [act for act, _ in acts(installation)].count("forms_signed") == 2
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {
        "F.pdf", "again.pdf", "office.p12", "passphrase"
    }  # fmt: skip


def test_what_was_changed_afterwards_shows(
    installation: Installation, campaign: CampaignRecord, office: Office, tmp_path: Path
) -> None:
    out = tmp_path / "F.pdf"
    signed = bytearray(printed(configured(installation, office.identity), campaign, out))
    signed[len(signed) // 3] ^= 1
    assert not office.verdict(bytes(signed)).intact
    with out.open("r+b") as file:  # a page replaced as PDF allows it: the old bytes stand, new ones follow
        writer = IncrementalPdfFileWriter(file)
        page = writer.root["/Pages"]["/Kids"][0].get_object()
        page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b""))
        writer.update_container(page)
        writer.write_in_place()  # type: ignore[no-untyped-call]
    assert not office.verdict(out.read_bytes()).bottom_line


def test_the_signature_changes_no_dot_and_the_reader_reads_the_file(
    installation: Installation, campaign: CampaignRecord, office: Office, tmp_path: Path
) -> None:
    plain, signed = tmp_path / "plain.pdf", tmp_path / "signed.pdf"
    batches.print_batch(installation, HEAD, campaign, "an-nhon", PrintOrder(1), plain, NOW)
    signing.sign(office.identity, plain, signed, reason="thử", place="Bình Định")
    pictures = []
    for path in (plain, signed):
        document = pypdfium2.PdfDocument(path)
        pictures.append([np.array(page.render(scale=150 / 72).to_numpy()) for page in document])
        document.close()
    assert len(pictures[0]) == len(pictures[1]) == 2
    assert all(np.array_equal(one, other) for one, other in zip(*pictures, strict=True))
    found = read_files([signed], campaign.questionnaire, FormProof(installation.keys.form_proof).verify)
    assert [(page.status, page.serial) for page in found.pages] == [("read", "000001")] * 2


def _wrong_passphrase(folder: Path) -> Identity:
    identity = certificates.office(folder).identity
    identity.passphrase.write_text("sai", "utf-8")
    return identity


def _no_pkcs12(folder: Path) -> Identity:
    identity = certificates.office(folder).identity
    identity.pkcs12.write_bytes(b"-----BEGIN CERTIFICATE-----")
    return identity


def _nothing(_folder: Path) -> None:
    return None


def _absent(folder: Path) -> Identity:
    return Identity(folder / "không có.p12", folder / "passphrase")


def _readable(folder: Path) -> Identity:
    identity = certificates.office(folder).identity
    identity.pkcs12.chmod(0o644)
    return identity


def _of_last_year(folder: Path) -> Identity:
    return certificates.office(folder, last=NOW - dt.timedelta(days=1)).identity


def _of_next_year(folder: Path) -> Identity:
    return certificates.office(folder, first=NOW + dt.timedelta(days=1)).identity


def _for_keys_only(folder: Path) -> Identity:
    return certificates.office(folder, signs=False).identity


def _without_key(folder: Path) -> Identity:
    return certificates.office(folder, with_key=False).identity


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (_nothing, "sign_not_configured"),
        (_absent, "sign_file_missing"),
        (_readable, "sign_file_readable"),
        (_wrong_passphrase, "sign_not_opened"),
        (_no_pkcs12, "sign_not_opened"),
        (_without_key, "sign_no_key"),
        (_of_last_year, "sign_not_valid"),
        (_of_next_year, "sign_not_valid"),
        (_for_keys_only, "sign_not_for_signing"),
    ],
)
def test_a_key_that_cannot_sign_prints_and_issues_nothing(
    embedded: Installation,
    tmp_path: Path,
    made: Callable[[Path], Identity | None],
    code: str,
) -> None:
    with pytest.raises(Refusal, match="print_faulty") as refused:
        printed(configured(embedded, made(tmp_path)), embedded.campaigns.get(scene.CODE), tmp_path / "F.pdf")
    assert [fault.code for fault in refused.value.faults] == [code]
    assert "{" not in refused.value.lines()[0]
    assert "paper_batch" not in scene.counts(embedded)
    assert not list(tmp_path.glob("*F.pdf*"))


def test_without_the_extra_it_is_said_what_is_missing(
    embedded: Installation,
    office: Office,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(signing, "find_spec", lambda _name: None)
    with pytest.raises(Refusal) as refused:
        printed(configured(embedded, office.identity), embedded.campaigns.get(scene.CODE), tmp_path / "F.pdf")
    assert [fault.code for fault in refused.value.faults] == ["sign_not_installed"]
    assert "paper_batch" not in scene.counts(embedded)


def test_a_signature_that_fails_leaves_neither_file_nor_numbers(
    embedded: Installation,
    office: Office,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked = signing.check

    def check_and_lose(identity: Identity | None, now: dt.datetime) -> signing.Certificate:
        certificate = checked(identity, now)
        office.identity.pkcs12.unlink()  # somebody pulls the stick out between the check and the signature
        return certificate

    monkeypatch.setattr(signing, "check", check_and_lose)
    with pytest.raises(Refusal) as refused:
        printed(configured(embedded, office.identity), embedded.campaigns.get(scene.CODE), tmp_path / "F.pdf")
    assert [fault.code for fault in refused.value.faults] == ["sign_failed"]
    assert "FileNotFoundError" in refused.value.lines()[0]
    assert "paper_batch" not in scene.counts(embedded)
    assert not list(tmp_path.glob("*F.pdf*"))


@pytest.mark.parametrize("config", ["sqlite"], indirect=True)
class TestBrowser:
    """The printing page signs where the office has a key, and offers nothing where it has none."""

    @pytest.fixture
    def app(self, installation: Installation, office: Office, monkeypatch: pytest.MonkeyPatch) -> Flask:
        """The application of an installation with a key."""
        monkeypatch.setattr("survey.clock.now", lambda: NOW)
        made = assemble(configured(installation, office.identity))
        made.config["WTF_CSRF_ENABLED"] = False
        return made

    def test_a_head_orders_and_takes_a_signed_file(
        self, app: Flask, office: Office, signed_in: fixtures_web.SignIn
    ) -> None:
        head = signed_in(Role.UNIT_HEAD)
        assert 'name="sign"' in head.get(UNIT).text
        order = {"count": "2", "edition": "standard", "sign": "1"}
        assert head.post(f"{UNIT}/in", data=order).status_code == 303
        assert "có chữ ký số" in head.get(UNIT).text
        assert office.verdict(head.post(f"{UNIT}/tep-in", data={"first": "1"}).data).bottom_line

    def test_a_wrong_passphrase_is_said_on_the_page(
        self, app: Flask, installation: Installation, office: Office, signed_in: fixtures_web.SignIn
    ) -> None:
        office.identity.passphrase.write_text("sai", "utf-8")
        order = {"count": "2", "edition": "standard", "sign": "1"}
        answer = signed_in(Role.UNIT_HEAD).post(f"{UNIT}/in", data=order)
        assert (answer.status_code, "mật khẩu sai" in answer.text) == (422, True)
        assert "chưa cấp số phiếu nào" in answer.text
        assert "paper_batch" not in scene.counts(installation)


def test_without_a_key_the_page_offers_no_signature(signed_in: fixtures_web.SignIn) -> None:
    assert 'name="sign"' not in signed_in(Role.UNIT_HEAD).get(UNIT).text
