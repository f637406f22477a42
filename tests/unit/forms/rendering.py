"""Renders the citizen's pages as the web layer does, from the clone's own templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from forms.prepared_page import PreparedPage, compact_css, slot
from forms.questionnaire import load_questionnaire
from forms.texts import page_texts

ROOT = Path(__file__).parents[3]
TEMPLATES = ROOT / "templates"
GOLDEN = ROOT / "tests" / "golden" / "forms"
CSS = compact_css((TEMPLATES / "citizen" / "style.css").read_text(encoding="utf-8"))
WHOLE_CSS = CSS + compact_css((TEMPLATES / "citizen" / "more.css").read_text(encoding="utf-8"))
KEY = "x" * 22
SCRIPT = 'oninput=()=>import("/gui/binh-dinh-2024/vi.012345.js")'
LONG_UNIT = "Bảo hiểm xã hội thị xã Hoài Nhơn"

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, cache_size=20
)


def render(template: str, lang: str = "vi", **context: Any) -> str:
    frame = {
        "lang": lang,
        "t": page_texts(lang),
        "css": WHOLE_CSS,
        "view": "",
        "rehearsal": False,
        "late": False,
        "again": False,
        "office": "BẢO HIỂM XÃ HỘI TỈNH BÌNH ĐỊNH",
        "unit_name": LONG_UNIT,
        "word": "THUYỀN PHƯỢNG",  # the longest that there is
    }
    return _ENVIRONMENT.get_template(f"citizen/{template}.html").render({**frame, **context})


def form(ref: str = "bhxh-2024@1", lang: str = "vi", **context: Any) -> str:
    state = {
        "q": load_questionnaire(ref),
        "action": f"?lang={lang}",
        "other_unit": f"?khac={lang}",
        "lang_links": [("English", "?lang=en", "en") if lang == "vi" else ("Tiếng Việt", "?lang=vi", "vi")],
        "css": WHOLE_CSS if context.get("faults") else CSS,
        "clips": {},
        "script": SCRIPT,
        "values": {},
        "faults": [],
        "again": None,
        "minutes": 2,
        "key": slot("key"),
    }
    return render("form", lang, **{**state, **context})


def served(**context: Any) -> bytes:
    """Return the raw bytes of a first visit."""
    return PreparedPage(form(**context)).fill(key=KEY)[0]
