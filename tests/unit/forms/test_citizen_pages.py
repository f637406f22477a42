"""The citizen's pages: valid, small, labelled, complete, and safe with what people write."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import html5lib
import pytest

from forms.answers import parse
from forms.prepared_page import PreparedPage
from forms.questionnaire import Item, Question, bundled_questionnaires, load_questionnaire
from forms.texts import page_languages, page_texts
from tests.unit.forms.rendering import CSS, GOLDEN, KEY, SCRIPT, WHOLE_CSS, form, render, served

REFS = bundled_questionnaires()
STATES: tuple[dict[str, Any], ...] = ({}, {"late": True, "rehearsal": True})
HEADERS = 590  # tests/integration/collection/test_first_visit.py counts them
RADIO = ".//input[@type='radio']"


def tree(page: str | bytes) -> ET.Element:
    """Parse as a strict browser would: any error of HTML fails the test."""
    text = page.decode() if isinstance(page, bytes) else page
    root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert isinstance(root, ET.Element)
    return root


def words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def outline(root: ET.Element) -> Iterator[str]:
    """Yield headings, questions and choices in the order in which they are read aloud."""
    for element in root.iter():
        if element.tag in {"h1", "h2"}:
            yield f"{element.tag} {words(element)}"
        elif element.tag == "legend":
            yield f"  {words(element)}"
        elif element.tag == "label" and (field := element.find("input")) is not None:
            yield f"    {field.get('name')}={field.get('value')} {words(element)}"
        elif element.tag in {"textarea", "button"} or element.get("type") == "hidden":
            yield f"  {element.tag} {element.get('name', '')} {words(element)}".rstrip()


@pytest.mark.parametrize(
    ("ref", "lang", "state"), list(itertools.product(REFS, page_languages(), STATES)), ids=str
)
def test_a_first_visit_is_valid_and_fits_one_burst(ref: str, lang: str, state: dict[str, Any]) -> None:
    raw, packed = PreparedPage(form(ref, lang, **state)).fill(key=KEY)
    assert len(raw) <= 20_000
    assert len(packed) + HEADERS <= 5_000
    assert tree(raw).get("lang") == lang


@pytest.mark.parametrize("ref", REFS)
def test_every_choice_is_labelled_inside_a_question_with_a_legend(ref: str) -> None:
    q, root = load_questionnaire(ref), tree(served(ref=ref))
    fieldsets = root.findall(".//fieldset")
    assert len(fieldsets) == len(q.items) + 1 + len(q.profile)
    questions: list[Item | Question] = [*q.items, q.overall, *q.profile]
    for fieldset, asked in zip(fieldsets, questions, strict=True):
        assert fieldset[0].tag == "legend"
        assert words(fieldset[0]) == asked.text("vi")
        assert {radio.get("name") for radio in fieldset.findall(RADIO)} == {asked.field}
        assert all(words(label) for label in fieldset.findall("label"))
    assert len(root.findall(".//fieldset/label/input")) == len(root.findall(RADIO))


def test_the_form_reads_as_it_was_approved() -> None:
    """The golden outline was read aloud from top to bottom; a change must be read again."""
    golden = (GOLDEN / "bhxh-2024@1.form.vi.txt").read_text(encoding="utf-8")
    assert "\n".join(outline(tree(served()))) + "\n" == golden


def test_everything_a_page_offers_is_understood_by_the_parser() -> None:
    for ref in REFS:
        q, root = load_questionnaire(ref), tree(served(ref=ref))
        for radio in root.findall(RADIO):
            fields = {str(radio.get("name")): [str(radio.get("value"))], "comment": ["ok"]}
            sheet = parse(q, fields)
            assert set(sheet.marks + sheet.profile) == {"-", str(radio.get("value"))}


def test_nothing_is_chosen_hidden_or_fetched_on_a_first_visit() -> None:
    page = served().decode()
    root = tree(page)
    assert not root.findall(".//*[@checked]")
    assert [script.text for script in root.findall(".//script")] == [SCRIPT]
    assert not root.findall(".//img") + root.findall(".//audio")
    assert [link.get("href") for link in root.findall(".//link")] == ["data:,"]
    assert re.findall(r"url\((.{5})", page) == ['"data']  # the faces
    assert "@import" not in page
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert "ethnic" not in page


def test_the_key_is_the_last_thing_on_the_page() -> None:
    page = served().decode()
    assert page.count(KEY) == 1
    assert re.fullmatch(r'"></main></form>\s*', page.partition(KEY)[2])
    hidden = tree(page).findall(".//form//input[@type='hidden']")
    assert [(each.get("name"), each.get("value")) for each in hidden] == [("key", KEY)]


def test_the_style_element_is_exactly_what_the_policy_hashes() -> None:
    for page, css in ((served().decode(), CSS), (render("receipt", code_groups=["ABCD"]), WHOLE_CSS)):
        style = tree(page).findall(".//style")
        assert [element.text for element in style] == [css]
        assert "style=" not in page


def test_states_show_their_bands_in_words() -> None:
    plain, marked = served().decode(), served(late=True, rehearsal=True).decode()
    assert "DỮ LIỆU MẪU" in marked
    assert "DỮ LIỆU MẪU" not in plain
    assert "Đợt khảo sát đã kết thúc" in marked
    assert "Đợt khảo sát đã kết thúc" not in plain


def test_a_faulty_form_comes_back_whole_with_the_first_fault_in_focus() -> None:
    values = {"c1_1": ["4"], "c2_3": ["0"], "p_who": ["."], "comment": ["Xin <b>cảm ơn</b>\n & tạm biệt"]}
    faults = [
        SimpleNamespace(field="c1_2", sentence="Chọn lại câu này."),
        SimpleNamespace(field="comment", sentence="Góp ý quá dài."),
        SimpleNamespace(field="", sentence="Xin gửi lại."),
    ]
    root = tree(form(values=values, faults=faults, key=KEY))
    checked = [(each.get("name"), each.get("value")) for each in root.findall(f"{RADIO}[@checked]")]
    assert checked == [("c1_1", "4"), ("c2_3", "0"), ("p_who", ".")]
    assert root.findtext(".//textarea") == "Xin <b>cảm ơn</b>\n & tạm biệt"
    (focus,) = root.findall(".//*[@autofocus]")
    assert (focus.get("name"), focus.get("value"), focus.get("id")) == ("c1_2", "1", "c1_2")
    links = [str(link.get("href")) for link in root.findall(".//*[@role='alert']//a")]
    assert links == ["#c1_2", "#comment"]
    assert all(root.findall(f".//*[@id='{link[1:]}']") for link in links)
    summary = words(root.findall(".//*[@role='alert']//a")[0])
    assert summary == "Trang web, ứng dụng VssID, bảng thông báo đầy đủ, cập nhật: Chọn lại câu này."
    assert "Chọn lại câu này." in [words(each) for each in root.findall(".//legend/b")]
    assert words(root.findall(".//title")[0]).startswith("Phiếu chưa gửi được")


def test_a_too_long_comment_alone_has_the_focus() -> None:
    faults = [SimpleNamespace(field="comment", sentence="Góp ý quá dài.")]
    root = tree(form(faults=faults, key=KEY))
    (focus,) = root.findall(".//*[@autofocus]")
    assert words(root.findall(".//*[@role='alert']//a")[0]) == "Góp ý quá dài."
    assert (focus.tag, focus.get("id")) == ("textarea", "comment")


def test_names_from_a_plan_never_become_markup() -> None:
    evil = "</title><script>alert('1')</script>\"'&"
    page = form(unit_name=evil, office=evil, action=f"?{evil}")
    root = tree(PreparedPage(page).fill(key=evil)[0])
    assert [script.text for script in root.findall(".//script")] == [SCRIPT]
    assert root.findtext(".//h1") == evil
    assert root.findall(".//form")[0].get("action") == f"?{evil}"


def test_an_opted_in_question_is_asked() -> None:
    q = load_questionnaire("bhxh-2024@1").opt_in("ethnic")
    assert tree(served(q=q)).findall(".//input[@name='p_ethnic']")


def test_parts_stand_as_headings_over_their_criteria() -> None:
    headings = [words(each) for each in tree(served(ref="vss-2025@1")).findall(".//h2")]
    assert headings[:2] == ["Chính sách bảo hiểm", "Thông tin về chính sách"]
    assert headings[5:7] == ["Sự phục vụ của cơ quan", "Tiếp cận dịch vụ"]
    assert headings.count("Chính sách bảo hiểm") == 1


@pytest.mark.parametrize("lang", page_languages())
@pytest.mark.parametrize("late", [False, True])
def test_the_receipt_thanks_and_shows_the_code_in_groups(lang: str, late: bool) -> None:
    page = render("receipt", lang, code_groups=["7KQ2", "M9XD", "4TRW"], late=late, rehearsal=late)
    root = tree(page)
    assert root.findtext(".//h1") == page_texts(lang)["receipt"]["title"]
    assert "7KQ2 M9XD 4TRW" in words(root)
    assert ("DỮ LIỆU MẪU" in page or "SAMPLE DATA" in page) is late
    assert page_texts(lang)["receipt"]["received_late" if late else "received"] in page


@pytest.mark.parametrize("lang", page_languages())
@pytest.mark.parametrize(
    "kind", [key for key, value in page_texts("vi")["notice"].items() if "title" in value]
)
def test_a_notice_says_what_happened_and_what_to_do(lang: str, kind: str) -> None:
    details = {"opens": "05/8/2024", "unit": "BHXH"}
    page = render("notice", lang, kind=kind, details=details, form_url="/k/a?b=1&lang=vi", office=None)
    root, said = tree(page), page_texts(lang)["notice"][kind]
    assert root.findtext(".//h1") == said["title"]
    assert said["remedy"] in words(root)
    assert ("05/8/2024" in page) is (kind == "not_open")
    assert not root.findall(".//form")
    assert [link.get("href") for link in root.findall(".//main//a")] == ["/k/a?b=1&lang=vi"]
