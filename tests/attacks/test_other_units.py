"""What a unit head can read of other units: nothing, whatever the page; contents are compared, not only statuses."""

from __future__ import annotations

import io
from html import unescape

import pypdf
import pytest
from openpyxl import load_workbook

from survey.services.installation.installation import Installation
from tests.support.office import UNIT, SignIn, office, office_app, rehearsed, sign_in

__all__ = ["office", "office_app", "rehearsed", "sign_in"]
HOME = "/noi-bo/dien-tap"
FIGURES = ("forest", "profile", "levels", "pace", "ranks", "importance")
OWN = (
    "chi-tieu",
    f"ket-qua/{UNIT}",
    f"ket-qua/{UNIT}/bao-cao.pdf",
    f"ket-qua/{UNIT}/bao-cao.xlsx",
    f"gop-y/{UNIT}",
    "phieu-giay",
    "ma-qr",
    "the-ma",
    "kiosk",
    f"phieu-in/{UNIT}",
    "thu-moi",
    *(f"hinh/{name}.svg?don-vi={UNIT}" for name in FIGURES),
)


def words(body: bytes, mimetype: str) -> str:
    """Everything that somebody can read in an answer."""
    if mimetype == "application/pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    if "spreadsheet" in mimetype:
        rows = (row for sheet in load_workbook(io.BytesIO(body)) for row in sheet.iter_rows(values_only=True))
        return "\n".join(str(cell) for row in rows for cell in row if cell is not None)
    return unescape(body.decode())


def others(installation: Installation) -> list[str]:
    (campaign,) = installation.campaigns.all()
    return [unit.name for unit in campaign.plan.units if unit.code != UNIT]


@pytest.mark.parametrize("path", OWN)
def test_a_head_reads_no_other_units_name(sign_in: SignIn, office: Installation, path: str) -> None:
    answer = sign_in("head").get(f"{HOME}/{path}")
    if answer.status_code == 200:
        read = words(answer.data, answer.mimetype or "")
        assert [name for name in others(office) if name in read] == []
    else:
        assert answer.status_code in {403, 404}


def test_the_figure_of_all_units_would_show_them(sign_in: SignIn, office: Installation) -> None:
    read = words(sign_in("tccb").get(f"{HOME}/hinh/forest.svg").data, "image/svg+xml")
    assert [name for name in others(office) if name not in read] == [], "or the test above proves nothing"
