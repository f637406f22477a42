"""The pages of the office: who sees what, marked as rehearsal, valid, in two languages, refusing kindly."""

from __future__ import annotations

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.services.accounts.actors import COMMAND_LINE
from survey.services.installation.installation import Installation
from survey.services.results import reports
from tests.support.office import UNIT, SignIn, office, office_app, rehearsed, sign_in, token

__all__ = ["office", "office_app", "rehearsed", "sign_in"]
HOME = "/noi-bo/dien-tap"
PAGES = {
    "admin": (
        "chi-tieu",
        "ket-qua",
        "ket-qua?cong-thuc=f2",
        "ket-qua/an-lao",
        "phieu-giay",
        "gop-y",
        "gop-y/an-lao",
        "gui-lai-khac",
        "du-lieu-phieu",
        "ma-qr",
        "thu-moi",
    ),
    "tccb": ("chi-tieu", "ket-qua", "ket-qua?cong-thuc=f3", "ket-qua/an-lao", "phieu-giay", "ma-qr"),
    "head": ("chi-tieu", f"ket-qua/{UNIT}", f"gop-y/{UNIT}", "phieu-giay", "ma-qr", "thu-moi"),
    "officer": ("chi-tieu", "nhap-phieu", "phieu-giay", "ma-qr"),
}
CLOSED = {
    "head": (
        "ket-qua/an-lao",
        "ket-qua/an-lao/bao-cao.pdf",
        "bao-cao.pdf",
        "bao-cao.xlsx",
        "hinh/forest.svg",
        "hinh/profile.svg?don-vi=an-lao",
        "phieu-giay?don-vi=an-lao",
        "gop-y/an-lao",
        "gui-lai-khac",
        "du-lieu-phieu",
        "nhap-phieu",
    ),
    "officer": (
        "ket-qua",
        f"ket-qua/{UNIT}",
        "bao-cao.pdf",
        "hinh/pace.svg",
        "phieu-giay?don-vi=an-lao",
        "gop-y",
        f"gop-y/{UNIT}",
        "du-lieu-phieu",
        "thu-moi",
    ),
    "tccb": ("nhap-phieu",),
}


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("person", PAGES)
def test_every_page_is_valid_named_and_marked_as_a_rehearsal(sign_in: SignIn, person: str) -> None:
    client = sign_in(person)
    for path in (*(f"{HOME}/{page}" for page in PAGES[person]), "/noi-bo/doi-mat-khau", "/"):
        page = text(client, path)
        document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
        assert document.get("lang") == "vi"
        assert (document.findtext("head/title") or "").endswith("– Hài Lòng")
        assert len(document.findall(".//h1")) == 1, path
        assert '<strong lang="vi">DỮ LIỆU MẪU</strong>' in page, path


@pytest.mark.parametrize(("person", "path"), [(who, path) for who, paths in CLOSED.items() for path in paths])
def test_what_lies_out_of_reach_is_refused_with_a_code(sign_in: SignIn, person: str, path: str) -> None:
    answer = sign_in(person).get(f"{HOME}/{path}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "role_out_of_reach" in page or "unit_out_of_reach" in page
    assert "DỮ LIỆU MẪU" in page


def test_no_page_of_the_office_carries_style_or_script_of_its_own(sign_in: SignIn) -> None:
    client = sign_in("tccb")
    for path in PAGES["tccb"]:
        page = text(client, f"{HOME}/{path}")
        assert " style=" not in page
        assert "<style" not in page
        assert "onclick" not in page


def test_an_officer_sees_the_own_unit_only(sign_in: SignIn) -> None:
    page = text(sign_in("officer"), f"{HOME}/chi-tieu")
    assert "An Nhơn" in page
    assert "An Lão" not in page
    codes = text(sign_in("head"), f"{HOME}/ma-qr")
    assert codes.count('class="code-card"') == 1


def test_the_office_begins_where_the_role_works(sign_in: SignIn) -> None:
    for person, page in (("tccb", "chi-tieu"), ("head", "chi-tieu"), ("officer", "nhap-phieu")):
        client = sign_in(person)
        answer = client.get("/noi-bo/", follow_redirects=True)
        assert answer.request.path == f"{HOME}/{page}"
    assert sign_in("head").get(f"{HOME}/ket-qua").headers["Location"] == f"{HOME}/ket-qua/{UNIT}"


def test_the_results_page_shows_the_cells_of_the_report(sign_in: SignIn, office: Installation) -> None:
    campaign = office.campaigns.get("dien-tap")
    assessed = reports.assessment(office, COMMAND_LINE, campaign)
    report = {table.id: table for table in assessed.report().tables()}
    shown = tables_of(text(sign_in("tccb"), f"{HOME}/ket-qua"))
    for name in ("overall", "criteria", "items"):
        cells = [" ".join(cell.lines) for row in report[name].rows for cell in row.cells]
        assert shown[f"t-{name}"] == cells


@pytest.mark.parametrize(("formula", "column"), [("f1", 3), ("f2", 4), ("f3", 5)])
def test_each_formula_by_unit_and_criterion_equals_the_report_s_appendix(
    sign_in: SignIn, office: Installation, formula: str, column: int
) -> None:
    campaign = office.campaigns.get("dien-tap")
    assessed = reports.assessment(office, COMMAND_LINE, campaign)
    detail = next(table for table in assessed.report().tables() if table.id == "detail")
    wanted = [" ".join(row.cells[column].lines) for row in detail.rows if row.kind != "group"]
    cells = tables_of(text(sign_in("tccb"), f"{HOME}/ket-qua?cong-thuc={formula}"))["t-matrix"]
    width = len(campaign.questionnaire.criteria) + 3
    rows = [cells[start : start + width] for start in range(0, len(cells), width)]
    assert [cell for row in rows[: len(campaign.plan.units)] for cell in row[2:]] == wanted


def test_downloads_carry_their_names_and_kinds(sign_in: SignIn) -> None:
    client = sign_in("tccb")
    for path, start, name in (
        ("bao-cao.pdf", b"%PDF-", "bao-cao-dien-tap.pdf"),
        ("bao-cao.xlsx", b"PK", "bao-cao-dien-tap.xlsx"),
        ("ket-qua/an-lao/bao-cao.pdf", b"%PDF-", "bao-cao-dien-tap-an-lao.pdf"),
        ("ket-qua/an-lao/bao-cao.xlsx", b"PK", "bao-cao-dien-tap-an-lao.xlsx"),
    ):
        answer = client.get(f"{HOME}/{path}")
        assert answer.data.startswith(start)
        assert name in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("name", ["forest", "profile", "levels", "pace"])
def test_figures_are_pictures_and_an_unknown_one_is_refused(sign_in: SignIn, name: str) -> None:
    client = sign_in("tccb")
    assert client.get(f"{HOME}/hinh/{name}.svg").mimetype == "image/svg+xml"
    assert client.get(f"{HOME}/hinh/{name}x.svg").status_code == 404


@pytest.mark.parametrize("path", ["khong-co/chi-tieu", "dien-tap/ket-qua/khong-co", "dien-tap/khong-co"])
def test_unknown_addresses_are_told_kindly(sign_in: SignIn, path: str) -> None:
    answer = sign_in("tccb").get(f"/noi-bo/{path}")
    assert answer.status_code == 404
    assert "Chưa thực hiện được" in answer.get_data(as_text=True)


def test_the_language_is_remembered_and_leads_back(sign_in: SignIn) -> None:
    client = sign_in("tccb")
    page = text(client, f"{HOME}/chi-tieu?lang=vi")
    fields = {"csrf_token": token(page), "lang": "en", "back": f"{HOME}/chi-tieu"}
    answer = client.post("/ngon-ngu", data=fields)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{HOME}/chi-tieu"
    english = text(client, f"{HOME}/chi-tieu")
    assert '<html lang="en">' in english
    assert "Minimum quota" in english
    assert "DỮ LIỆU MẪU" in english


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\tevil",
        "///evil",
    ],
)
def test_the_language_leads_nowhere_outside(office_app: Flask, back: str) -> None:
    client = office_app.test_client()
    fields = {"csrf_token": token(text(client, "/")), "lang": "en", "back": back}
    assert client.post("/ngon-ngu", data=fields).headers["Location"] == "/"


def test_an_unknown_language_is_refused(office_app: Flask) -> None:
    client = office_app.test_client()
    fields = {"csrf_token": token(text(client, "/")), "lang": "xx", "back": "/"}
    assert client.post("/ngon-ngu", data=fields).status_code == 400


def tables_of(page: str) -> dict[str, list[str]]:
    """The cells of every table's body by the table's own class, in reading order."""
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    found = {}
    for table in document.findall(".//table"):
        name = next(word for word in table.get("class").split() if word.startswith("t-"))
        cells = [cell for row in table.findall("tbody/tr") for cell in row]
        found[name] = [" ".join(part.strip() for part in cell.itertext() if part.strip()) for cell in cells]
    return found


def test_a_rehearsal_shows_comments_of_all_units(sign_in: SignIn) -> None:
    page = text(sign_in("tccb"), f"{HOME}/gop-y")
    assert page.count('class="words"') >= 10
