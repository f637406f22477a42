"""Responses out and in again as CSV: nothing lost, nothing doubled, every fault named, nothing half taken in."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from forms.answers import tidy_comment
from survey.errors import Refusal
from survey.models import Comment, Response
from survey.services.accounts.actors import COMMAND_LINE
from survey.services.campaigns import campaigns
from survey.services.collection import csv_transfer, decisions, door
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.results import quotas
from survey.spreadsheets import guarded, unguarded
from survey.vocabulary import Channel, Reason, Verdict
from tests.support import scene
from tests.support.scene import NOW, entry

HOSTILE = (
    '=HYPERLINK("http://x")',
    "+84 912",
    "-5 điểm",
    "@SUM(1)",
    "'=1+1",
    "'",
    "''",
    "＝1+1",
    'Dấu "ngoặc kép", phẩy; chấm phẩy',
    "hai\ndòng",
    "hai\n\ndòng\n=1",
    "<script>",
    "\u1ec7 e\u0323\u0302",
    "0912345678",
    "#N/A",
    "🙂",
)
Line = list[str]


def exported(installation: Installation, campaign: CampaignRecord) -> str:
    return "".join(csv_transfer.export_csv(installation, COMMAND_LINE, campaign, NOW))


def cells(text: str) -> list[Line]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def written(lines: Sequence[Line], delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(lines)
    return out.getvalue().encode()


def take_in(
    installation: Installation, campaign: CampaignRecord, data: bytes | str, now: dt.datetime = NOW
) -> tuple[int, int]:
    raw = data.encode() if isinstance(data, str) else data
    return csv_transfer.import_csv(installation, COMMAND_LINE, campaign, raw, now)


def faults(installation: Installation, campaign: CampaignRecord, data: bytes) -> list[tuple[str, str]]:
    """The faults with which a file is refused, and that nothing of it was taken in."""
    before = scene.counts(installation)
    with pytest.raises(Refusal) as refusal:
        take_in(installation, campaign, data)
    assert scene.counts(installation) == before
    assert all("{" not in line for line in refusal.value.lines("vi") + refusal.value.lines("en"))
    return [(fault.location, fault.code) for fault in refusal.value.faults] or [("", refusal.value.code)]


@pytest.fixture
def sheet_of(campaign: CampaignRecord) -> Callable[..., list[Line]]:
    """Make a file of sound rows; each may be changed by column."""
    head = [*csv_transfer.FACTS, *csv_transfer.columns(campaign.questionnaire)]

    def make(*changes: dict[str, str]) -> list[Line]:
        rows = []
        for number, change in enumerate(changes, start=1):
            sound = {
                "id": f"r{number}",
                "unit": "an-nhon",
                "day": "2024-08-06",
                "half_day": "am",
                "overall": "4",
            }
            rows.append([(sound | change).get(name, "") for name in head])
        return [head, *rows]

    return make


@pytest.fixture
def twin(installation: Installation, campaign: CampaignRecord) -> CampaignRecord:
    """Another campaign of the same plan, to import into."""
    plan = replace(campaign.plan, code="twin")
    campaigns.load(installation, COMMAND_LINE, plan, NOW)
    return installation.campaigns.get("twin")


def contents(installation: Installation, campaign: CampaignRecord) -> list[tuple[object, ...]]:
    """What the responses of a campaign say, without their keys and channels."""
    query = (
        select(
            Response.unit_id,
            Response.local_day,
            Response.half_day,
            Response.marks,
            Response.profile,
            Comment.text,
        )
        .outerjoin(
            Comment,
            (Comment.response_key == Response.response_key)
            & (Comment.unit_id == Response.unit_id)
            & (Comment.campaign_id == Response.campaign_id),
        )
        .where(Response.campaign_id == campaign.id)
    )
    with installation.database.read() as session:
        return sorted((tuple(row) for row in session.execute(query)), key=str)


def fill(installation: Installation, campaign: CampaignRecord) -> None:
    sheets = scene.random_sheets(campaign.questionnaire, 7)
    for number, comment in enumerate(("", *HOSTILE)):
        base = entry(campaign, unit_id=number % 11 + 1)
        profile = "".join(
            (".", "-", question.options[-1].value)[(number + place) % 3]
            for place, question in enumerate(campaign.questionnaire.profile)
        )
        sheet = replace(next(sheets), comment=tidy_comment(comment), profile=profile)
        door.accept(installation, replace(base, sheet=sheet), NOW + dt.timedelta(hours=number))


class TestThereAndBack:
    """What was exported can be imported."""

    def test_another_campaign_gets_the_very_same_answers(
        self, installation: Installation, campaign: CampaignRecord, twin: CampaignRecord
    ) -> None:
        fill(installation, campaign)
        late = NOW + dt.timedelta(days=2)
        assert take_in(installation, twin, exported(installation, campaign), late) == (len(HOSTILE) + 1, 0)
        assert contents(installation, twin) == contents(installation, campaign)
        assert take_in(installation, twin, exported(installation, campaign), late) == (0, len(HOSTILE) + 1)

    def test_any_comment_survives(self, installation: Installation, campaign: CampaignRecord) -> None:
        @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(st.text(max_size=40), st.sampled_from(["", "=", "'", "'=", "＠", "''", "-"]))
        def there_and_back(text: str, start: str) -> None:
            comment = tidy_comment(start + text)
            assert unguarded(guarded(comment)) == comment
            line = cells(csv_transfer._line(["x", guarded(comment)]))
            assert line == [["x", guarded(comment)]]

        there_and_back()

    def test_the_same_campaign_gains_nothing_by_its_own_export(
        self, installation: Installation, campaign: CampaignRecord
    ) -> None:
        fill(installation, campaign)
        door.accept(installation, entry(campaign, number="1"), NOW)
        decisions.decide(
            installation,
            scene.account(installation, "a@x.vn"),
            campaign,
            "1",
            Verdict.EXCLUDED,
            NOW,
            reason=Reason.TEST,
        )
        data, before = exported(installation, campaign), scene.counts(installation)["response"]
        assert take_in(installation, campaign, data, NOW + dt.timedelta(days=2)) == (0, before)
        assert scene.counts(installation)["response"] == before

    def test_an_erased_comment_does_not_come_back_and_is_no_contradiction(
        self, installation: Installation, campaign: CampaignRecord
    ) -> None:
        door.accept(installation, entry(campaign, comment="Số của tôi: 0912345678"), NOW)
        data = exported(installation, campaign)
        with installation.database.write() as session:
            session.execute(delete(Comment))
        assert take_in(installation, campaign, data) == (0, 1)
        assert "comment" not in scene.counts(installation)

    def test_a_changed_row_of_the_own_export_is_refused(
        self, installation: Installation, campaign: CampaignRecord
    ) -> None:
        door.accept(installation, entry(campaign, mark="1"), NOW)
        lines = cells(exported(installation, campaign))
        lines[1][lines[0].index("overall")] = "5"
        assert faults(installation, campaign, written(lines)) == [("", "import_conflict")]

    def test_a_form_that_is_not_counted_is_not_counted_by_moving_it(
        self, installation: Installation, campaign: CampaignRecord, twin: CampaignRecord
    ) -> None:
        door.accept(installation, entry(campaign, number="1"), NOW)
        decisions.decide(
            installation,
            scene.account(installation, "a@x.vn"),
            campaign,
            "1",
            Verdict.EXCLUDED,
            NOW,
            reason=Reason.TEST,
        )
        assert faults(installation, twin, exported(installation, campaign).encode()) == [
            ("2:state", "import_state_bad")
        ]

    def test_late_forms_are_late_again(
        self, installation: Installation, campaign: CampaignRecord, twin: CampaignRecord
    ) -> None:
        door.accept(installation, entry(campaign), scene.CLOSED)
        take_in(installation, twin, exported(installation, campaign), scene.CLOSED)
        board = quotas.progress(installation, COMMAND_LINE, twin, scene.CLOSED)
        assert (board.total("late"), board.total("valid")) == (1, 0)

    def test_the_order_of_the_rows_is_that_of_keyed_hashes(
        self, installation: Installation, campaign: CampaignRecord
    ) -> None:
        fill(installation, campaign)
        found = [(line[1], line[0]) for line in cells(exported(installation, campaign))[1:]]
        order = [unit.code for unit in campaign.plan.units]
        assert found == sorted(found, key=lambda row: (order.index(row[0]), row[1]))


def test_nothing_in_an_export_is_a_formula(installation: Installation, campaign: CampaignRecord) -> None:
    fill(installation, campaign)
    lines = cells(exported(installation, campaign))
    assert len(lines) == len(HOSTILE) + 2
    for cell in (cell for line in lines for cell in line):
        assert cell[:1] not in {*"=+-@＝＋－＠\t\r"}, cell


def test_importing_twice_adds_nothing_and_a_contradiction_is_refused(
    installation: Installation, campaign: CampaignRecord, sheet_of: Callable[..., list[Line]]
) -> None:
    assert take_in(installation, campaign, written(sheet_of({}, {}))) == (2, 0)
    assert take_in(installation, campaign, written(sheet_of({}, {}, {}))) == (1, 2)
    assert faults(installation, campaign, written(sheet_of({}, {"overall": "1"}, {}, {}))) == [
        ("", "import_conflict")
    ]
    found = scene.counts(installation)
    assert found["response"] == found["ledger_leaf"] == 3
    assert "set_aside" not in found


def test_what_is_imported_says_so(
    installation: Installation, campaign: CampaignRecord, sheet_of: Callable[..., list[Line]]
) -> None:
    change = {
        "c1_1": "",
        "C1.1": "5",
        "C6.4": "0",
        "day": "2024-08-20",
        "half_day": "pm",
        "comment": " Tốt. ",
    }
    change |= {question.field: "." for question in campaign.questionnaire.profile}
    take_in(installation, campaign, written(sheet_of(change)))
    with installation.database.read() as session:
        row = session.scalars(select(Response)).one()
        assert session.scalars(select(Comment.text)).all() == ["Tốt."]
    assert (row.channel, row.local_day, row.half_day) == (Channel.IMPORT, dt.date(2024, 8, 20), "pm")
    assert row.marks[0] == "5"
    assert row.marks[-2:] == "04"
    assert set(row.marks[1:-2]) == {"-"}
    assert row.profile == "." * len(row.profile)
    with installation.database.read() as session:
        noted = session.scalars(select(scene.table("audit_entry").c.details)).all()
    assert {"rows": 1, "new": 1} in noted


def test_every_fault_is_named_with_its_line_and_column(
    installation: Installation, campaign: CampaignRecord, sheet_of: Callable[..., list[Line]]
) -> None:
    lines = sheet_of(
        {},
        {"unit": "hue", "day": "2024-08-32", "half_day": "noon", "C1.1": "6", "overall": "x"},
        {"id": "r1"},
        {"id": "", "day": "2024-08-04"},
        {"id": "x" * 65, "day": "2024-08-21"},
        {"overall": ""},
        {"comment": "hai\ndòng", "id": "r7"},
        {"p_sex": "z", "comment": "x" * 1001},
        {"day": "20240806"},
        {"day": "2024-W32-2"},
        {"day": "06/08/2024", "C2.2": "五"},
    )
    found = faults(installation, campaign, written(lines))
    assert found == [
        ("3:unit", "import_unit_unknown"),
        ("3:half_day", "import_half_day_bad"),
        ("3:day", "import_day_bad"),
        ("3:C1.1", "import_answer_bad"),
        ("3:overall", "import_answer_bad"),
        ("4:id", "import_id_repeated"),
        ("5:id", "import_id_bad"),
        ("5:day", "import_day_bad"),
        ("6:id", "import_id_bad"),
        ("6:day", "import_day_bad"),
        ("7:C1.1", "answers_empty"),
        # The row before took two lines.
        ("10:p_sex", "import_profile_bad"),
        ("10:comment", "comment_too_long"),
        ("11:day", "import_day_bad"),
        ("12:day", "import_day_bad"),
        ("13:day", "import_day_bad"),
        ("13:C2.2", "import_answer_bad"),
    ]


def test_three_thousand_faults_are_all_named(
    installation: Installation, campaign: CampaignRecord, sheet_of: Callable[..., list[Line]]
) -> None:
    found = faults(installation, campaign, written(sheet_of(*({"overall": "9"} for _ in range(3_000)))))
    assert found == [(f"{line}:overall", "import_answer_bad") for line in range(2, 3_002)]


def test_what_is_no_csv_is_named_too(
    installation: Installation, campaign: CampaignRecord, sheet_of: Callable[..., list[Line]]
) -> None:
    sound = written(sheet_of({}))
    head = sound.split(b"\r\n")[0]
    assert faults(installation, campaign, b"") == [("1:1", "import_columns_missing")]
    assert faults(installation, campaign, sound[:40] + b"\xff\xfe") == [("1:1", "file_not_utf8")]
    assert faults(installation, campaign, sound + b"\xff") == [("3:1", "file_not_utf8")]
    assert faults(installation, campaign, sound.decode().encode("utf-16"))[0][1] == "file_not_utf8"
    assert faults(installation, campaign, sound + b'a,"b')[-1] == ("3:1", "csv_syntax")
    assert faults(installation, campaign, sound + b"a,b,c\r\n") == [("3:1", "import_width")]
    assert faults(installation, campaign, sound + b'"' + b"x" * 200_000 + b'"\r\n') == [("3:1", "csv_syntax")]
    assert faults(installation, campaign, b"id," + head + b",colour\r\n") == [
        ("1:1", "import_columns_unknown"),
        ("1:1", "import_columns_repeated"),
    ]
    assert faults(installation, campaign, b"\x1b[31m;" + head + b"\r\n")[0][0] == "1:1"


def test_a_message_carries_no_control_characters(
    installation: Installation, campaign: CampaignRecord, sheet_of: Callable[..., list[Line]]
) -> None:
    with pytest.raises(Refusal) as refusal:
        take_in(installation, campaign, written(sheet_of({"unit": "\x1b[31mhue\x07"})))
    text = " ".join(refusal.value.lines())
    assert text.isprintable()
    assert "[31mhue" in text


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_files_of_spreadsheets_are_read(
    installation: Installation,
    campaign: CampaignRecord,
    sheet_of: Callable[..., list[Line]],
    start: bytes,
    delimiter: str,
    end: bytes,
) -> None:
    lines = sheet_of({"comment": "a,b;c"}, {"comment": "=1"})
    data = start + written(lines, delimiter).replace(b"\r\n", end) + end * 2
    assert take_in(installation, campaign, data) == (2, 0)
    assert sorted(row[-1] for row in contents(installation, campaign)) == ["=1", "a,b;c"]  # type: ignore[type-var]


def test_any_bytes_are_refused_and_never_a_defect(
    installation: Installation, campaign: CampaignRecord, sheet_of: Callable[..., list[Line]]
) -> None:
    sound = written(sheet_of({}, {}))

    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.binary(max_size=20), st.integers(0, len(sound)), st.integers(0, 30))
    def damage(noise: bytes, at: int, cut: int) -> None:
        data = sound[:at] + noise + sound[at + cut :]
        with suppress(Refusal):  # anything else would be a defect
            take_in(installation, campaign, data)

    damage()
