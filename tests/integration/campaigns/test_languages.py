"""Further languages and recordings: gathered whole or refused, frozen with the campaign, served as they were."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from forms.languages.entries import entries
from survey.cli.boundary import run
from survey.errors import Refusal
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.campaigns import campaigns, languages
from survey.services.counter import links
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.kiosks import devices
from survey.services.kiosks.devices import NewKiosk
from tests.support import made_up_language, scene
from tests.support.scene import NOW

CODE = "nhieu-tieng"
PLAN = replace(scene.plan(), code=CODE, languages=("hre", "vi"))
CLIPS = {
    "c1_1.mp3": made_up_language.mp3(),
    "overall.wav": made_up_language.wav(),
    "C1.ogg": made_up_language.ogg(),
}


@pytest.fixture
def folders(installation: Installation) -> Path:
    """The folders of languages in the data directory: one that is complete, and Vietnamese recordings."""
    root = installation.config.data / "languages"
    made_up_language.write(root / "hre", clips=CLIPS)
    made_up_language.write(root / "vi", "vi", {"overall.mp3": made_up_language.mp3()})
    return root


@pytest.fixture
def spoken(installation: Installation, folders: Path) -> CampaignRecord:
    """A campaign that froze them; the folders are gone."""
    found = languages.gather(installation.config.data, PLAN)
    campaigns.load(installation, COMMAND_LINE, PLAN, NOW, spoken=found)
    shutil.rmtree(folders)
    return installation.campaigns.get(CODE)


def address(installation: Installation, campaign: CampaignRecord) -> str:
    link = next(iter(links.of_campaign(installation, COMMAND_LINE, campaign)))
    return link.url.removeprefix(installation.config.public_url)


def test_a_campaign_offers_its_languages_and_only_its_own(
    installation: Installation, spoken: CampaignRecord, campaign: CampaignRecord, client: FlaskClient
) -> None:
    page = client.get(address(installation, spoken)).text
    assert '<a lang=hre href="?lang=hre">zz Tiếng Thử</a>' in page
    theirs = client.get(address(installation, spoken) + "?lang=hre").text
    assert "<html lang=hre>" in theirs
    assert made_up_language.MARK + "Rất hài lòng" in theirs
    other = client.get(address(installation, campaign) + "?lang=hre").text
    assert "<html lang=vi>" in other
    assert "lang=hre" not in other


def test_every_page_of_the_way_speaks_it(
    installation: Installation, spoken: CampaignRecord, client: FlaskClient
) -> None:
    form = address(installation, spoken)
    faulty = client.post(f"{form}?lang=hre", data={"key": "k" * 22})
    assert faulty.status_code == 422
    assert made_up_language.MARK + "Phiếu chưa có câu trả lời nào" in faulty.text
    taken = client.post(f"{form}?lang=hre", data={"key": "k" * 22, "overall": "5"})
    receipt = client.get(taken.location)
    assert made_up_language.MARK + "Xin cảm ơn Ông/Bà!" in receipt.text
    conflict = client.post(f"{form}?lang=hre", data={"key": "k" * 22, "overall": "1"})
    assert made_up_language.MARK + "Phiếu này đã gửi rồi" in conflict.text
    assert made_up_language.MARK + "Không phải đơn vị này?" in client.get(f"{form}?khac=hre").text
    script = re.search(r'import\("([^"]+)"\)', client.get(f"{form}?lang=hre").text)
    assert script
    sends = client.get(script[1])
    assert sends.mimetype == "text/javascript"
    assert made_up_language.MARK + "Đang gửi…" in sends.text
    assert "immutable" in sends.headers["Cache-Control"]
    assert client.get(script[1].replace("/hre.", "/jra.")).status_code == 404


def test_a_page_without_recordings_weighs_nothing_of_them(
    installation: Installation, spoken: CampaignRecord, client: FlaskClient
) -> None:
    silent, read = (client.get(f"{address(installation, spoken)}?lang={lang}") for lang in ("en", "hre"))
    assert "audio" not in silent.text
    assert "media-src" not in silent.headers["Content-Security-Policy"]
    assert "media-src 'self'" in read.headers["Content-Security-Policy"]
    assert read.text.count("<audio controls preload=none ") == len(CLIPS)
    question = re.search(r"<legend>([^<]+)</legend><audio [^>]+></audio><label>", read.text)
    assert question is not None
    assert question[1] == made_up_language.MARK + "Thông tin về thủ tục dễ tìm"


def test_a_recording_is_served_as_what_it_is_whole_or_in_part(
    installation: Installation, spoken: CampaignRecord, client: FlaskClient
) -> None:
    page = client.get(f"{address(installation, spoken)}?lang=hre").text
    found = {each.split("/")[4]: each for each in re.findall(r'<audio [^>]*src="([^"]+)"', page)}
    types = {"c1_1": "audio/mpeg", "overall": "audio/wav", "C1": "audio/ogg"}
    for key, kind in types.items():
        answer = client.get(found[key])
        assert answer.mimetype == kind
        assert answer.data in CLIPS.values()
        assert answer.headers["Cache-Control"] == "public,max-age=31536000,immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
        assert "Set-Cookie" not in answer.headers
    part = client.get(found["overall"], headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, b"RIFF")


def test_nothing_else_is_served_by_that_address(
    installation: Installation, spoken: CampaignRecord, client: FlaskClient
) -> None:
    digest = spoken.languages["hre"].clips["c1_1"]
    for wrong in (
        f"{CODE}/hre/c1_1/{'0' * 32}",
        f"{CODE}/hre/overall/{digest}",
        f"{CODE}/en/c1_1/{digest}",
        f"{scene.CODE}/hre/c1_1/{digest}",
        f"none/hre/c1_1/{digest}",
        f"{CODE}/hre/c1_1/..%2f..%2fkeys%2fsecret.hex",
        f"{CODE}/..%2f..%2fkeys/secret.hex/{digest}",
        f"{CODE}/hre/%00/{digest}",
    ):
        answer = client.get(f"/nghe/{wrong}")
        assert answer.status_code == 404, wrong
        assert answer.mimetype == "text/html"


def test_a_kiosk_is_told_its_words_and_its_recordings(
    installation: Installation, spoken: CampaignRecord, client: FlaskClient
) -> None:
    number, code = devices.add(installation, COMMAND_LINE, spoken, NewKiosk("an-nhon", 1), NOW)
    said = {"campaign": CODE, "number": number, "code": code, "key_hash": "0" * 64}
    settings = client.post("/kios/api/enrol", json=said).get_json()
    assert settings["questionnaire"]["languages"] == ["vi", "en", "hre"]
    assert list(settings["words"]) == ["hre"]
    assert settings["words"]["hre"]["start"].startswith(made_up_language.MARK)
    assert settings["words"]["hre"]["pin_title"] == "Nhập mã PIN của nhân viên"
    assert set(settings["audio"]) == {"hre", "vi"}
    assert set(settings["audio"]["hre"]) == {"c1_1", "overall", "C1"}
    assert client.get(settings["audio"]["vi"]["overall"]).data == made_up_language.mp3()
    assert "media-src 'self'" in client.get("/kios/").headers["Content-Security-Policy"]


def test_a_language_that_is_not_complete_is_refused_with_every_fault(installation: Installation) -> None:
    root = installation.config.data / "languages"
    made_up_language.write(root / "hre", clips={"c1_1.mp3": b"no sound"}, without="form.title")
    with pytest.raises(Refusal, match="language_faulty") as error:
        languages.gather(installation.config.data, PLAN)
    lines = (root / "hre" / "words.toml").read_text("utf-8").splitlines()
    at = lines.index('title = ""') + 1
    assert error.value.lines("en") == [
        (
            "hre/audio/c1_1.mp3: not an MP3, OGG (Opus or Vorbis), M4A or WAV recording; "
            "another ending does not change the format."
        ),
        f"hre/words.toml {at}:9 form.title: still empty; the Vietnamese: Phiếu khảo sát",
        "vi: there is no such folder; make it with ./hailong language template and have a native speaker fill it.",
    ]
    with pytest.raises(Refusal, match="language_faulty"):
        campaigns.load(installation, COMMAND_LINE, PLAN, NOW)
    with pytest.raises(Refusal, match="campaign_unknown"):
        installation.campaigns.get(CODE)


def test_the_commands_make_a_template_and_check_what_was_filled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAILONG_LANG", "en")
    out = tmp_path / "data" / "languages" / "hre"
    assert run(["language", "template", "bhxh-2024", "hre", "--out", str(out)]) == 0
    assert "wait for a native speaker" in capsys.readouterr().out
    assert run(["language", "template", "bhxh-2024", "hre", "--out", str(out)]) == 1
    assert run(["language", "check", str(out)]) == 2
    told = capsys.readouterr().err
    assert told.count("still empty") == len(entries(made_up_language.questionnaire())) + 1
    assert "hre/words.toml 11:8 language.name: still empty" in told
    (out / "words.toml").write_text(made_up_language.text("hre"), "utf-8")
    assert run(["language", "check", str(out)]) == 0
    assert "complete for bhxh-2024@1" in capsys.readouterr().out
    plan = tmp_path / "plan.toml"
    bundled = Path("survey/plans/bundled/binh-dinh-2024.toml").read_text("utf-8")
    plan.write_text(bundled.replace("\ncode =", '\nlanguages = ["hre"]\ncode =', 1), "utf-8")
    assert run(["plan", "check", str(plan), "--data", str(tmp_path / "data")]) == 0
    assert run(["plan", "check", str(plan), "--data", str(tmp_path / "elsewhere")]) == 2
    assert "hre: there is no such folder" in capsys.readouterr().err
    for wrong in (["sipas", "hre"], ["bhxh-2024", "vi"], ["bhxh-2024", "../x"]):
        assert run(["language", "template", *wrong, "--out", str(tmp_path / "x")]) == 2
    assert not (tmp_path / "x").exists()


def test_a_plan_names_languages_by_their_tags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.toml"
    bundled = Path("survey/plans/bundled/binh-dinh-2024.toml").read_text("utf-8")
    plan.write_text(bundled.replace("\ncode =", '\nlanguages = ["../x", "hre", "hre"]\ncode =', 1), "utf-8")
    assert run(["plan", "check", str(plan), "--data", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "languages[0]" in told
    assert "languages[2]" in told
