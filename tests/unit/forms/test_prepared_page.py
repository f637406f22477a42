"""A prepared page is the page: whatever fills its slots, gzip and raw agree, also across threads."""

from __future__ import annotations

import gzip
import hashlib
import html
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.prepared_page import PreparedPage, compact_css, slot, source_of

PAGE = PreparedPage(f"<p>{'Hài lòng ' * 200}<b>{slot('key')}</b> and {slot('hint')}, {slot('key')}")
_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(_TEXT, _TEXT)
def test_gzip_unpacks_to_raw_for_every_filling(key: str, hint: str) -> None:
    raw, packed = PAGE.fill(key=key, hint=hint)
    safe = html.escape(key)
    assert raw.decode() == f"<p>{'Hài lòng ' * 200}<b>{safe}</b> and {html.escape(hint)}, {safe}"
    assert gzip.decompress(packed) == raw
    assert len(packed) < len(raw)


def test_threads_share_one_page() -> None:
    def visit(number: int) -> bool:
        raw, packed = PAGE.fill(key=str(number) * 40, hint="")
        return gzip.decompress(packed) == raw and raw.endswith(f", {str(number) * 40}".encode())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(visit, range(400)))


def test_a_page_without_slots_is_constant() -> None:
    page = PreparedPage("<p>Cảm ơn")
    assert page.slots == frozenset()
    assert gzip.decompress(page.fill()[1]) == page.fill()[0] == "<p>Cảm ơn".encode()


@pytest.mark.parametrize("values", [{}, {"key": "a"}, {"key": "a", "hint": "b", "more": "c"}])
def test_exactly_the_page_s_slots_are_filled(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="slots are"):
        PAGE.fill(**values)


def test_a_slot_has_a_plain_name() -> None:
    with pytest.raises(ValueError, match="name"):
        slot("Key 1")


def test_a_value_cannot_open_another_slot() -> None:
    raw, _ = PAGE.fill(key=slot("hint"), hint="secret")
    assert raw.decode().count("secret") == 1


def test_css_is_compacted_without_changing_what_it_says() -> None:
    source = "/* note */\n a:hover , b > i {\n  margin : 0 1px ; color: red;\n}\n@media (min-width: 2rem) { p { top: 0 } }\n"
    compact = compact_css(source)
    assert compact == "a:hover,b>i{margin :0 1px;color:red}@media (min-width:2rem){p{top:0}}"
    assert compact_css(compact) == compact


def test_the_source_of_is_what_a_browser_computes() -> None:
    digest = b64encode(hashlib.sha256(b"p{color:red}").digest()).decode()
    assert source_of("p{color:red}") == f"'sha256-{digest}'"
