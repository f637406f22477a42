"""The settings: what is refused, all at once, and what an office's usual settings mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.config import MAX_THREADS, read
from survey.errors import Refusal

NAMES = ("HAILONG_DATABASE_URL", "HAILONG_PUBLIC_URL", "HAILONG_THREADS", "HAILONG_PROXIES")


def faults(environ: dict[str, str]) -> set[str]:
    with pytest.raises(Refusal, match="settings_unsafe") as refusal:
        read(environ)
    return {fault.place for fault in refusal.value.faults}


def test_nothing_set_is_an_office_pc_of_its_own() -> None:
    config = read({})
    assert config.data.is_absolute()
    assert config.data.name == "instance"
    assert (config.database_url, config.https, config.proxies) == (None, False, 0)


def test_a_directory_given_on_the_command_line_goes_before_the_setting() -> None:
    assert read({"HAILONG_DATA": "/a"}, "/b").data.name == "b"
    assert read({"HAILONG_DATA": "/a"}).data.name == "a"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_way_to_write_a_postgresql_address_is_one(scheme: str) -> None:
    url = read({"HAILONG_DATABASE_URL": f" {scheme}://u@h/d "}).database_url
    assert url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("url", "https"),
    [
        ("https://khaosat.example.vn", True),
        ("https://khaosat.example.vn/", True),
        ("https://khaosat.example.vn:8443", True),
        ("https://203.0.113.5", True),
        ("http://localhost:8000", False),
        ("http://127.0.0.53", False),
        ("http://[::1]:8000", False),
        ("", False),
        ("  ", False),
    ],
)
def test_addresses_that_are_safe_are_taken(url: str, https: bool) -> None:
    config = read({"HAILONG_PUBLIC_URL": url})
    assert config.https is https
    assert not config.public_url.endswith("/")


def test_a_plain_address_for_others_must_be_asked_for() -> None:
    environ = {"HAILONG_PUBLIC_URL": "http://10.0.0.5:8000"}
    assert faults(environ) == {"HAILONG_PUBLIC_URL"}
    assert read({**environ, "HAILONG_ALLOW_HTTP": "1"}).public_url == "http://10.0.0.5:8000"
    assert faults({**environ, "HAILONG_ALLOW_HTTP": "yes"}) == {"HAILONG_PUBLIC_URL"}


@pytest.mark.parametrize(
    "url",
    [
        "x",
        "//x",
        "ftp://x",
        "https://",
        "https://:80",
        "https://x:99999",
        "https://x:port",
        "http://[::1",
        "https://x?y",
        "https://x#y",
        "https://x y",
        "https://u:p@x",
        "https://x\\y",
        "https://x\n.evil",
        "https://đ.vn",
        'https://x"><script>',
        "HTTPS://x",
    ],
)
def test_an_address_that_no_code_can_carry_is_refused(url: str) -> None:
    assert faults({"HAILONG_PUBLIC_URL": url}) == {"HAILONG_PUBLIC_URL"}


@pytest.mark.parametrize("number", ["0", "-1", str(MAX_THREADS + 1), "1.5", "x", "9" * 5000, "١٢٣", "²"])
def test_a_number_out_of_its_bounds_is_refused(number: str) -> None:
    assert faults({"HAILONG_THREADS": number}) == {"HAILONG_THREADS"}


def test_all_faults_come_at_once() -> None:
    assert faults(dict.fromkeys(NAMES, "!")) == set(NAMES)


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40)))
def test_no_setting_is_a_defect(environ: dict[str, str]) -> None:
    try:
        config = read(environ)
    except Refusal as refusal:
        # Whatever was set, what is printed about it is one line each.
        assert all(line.isprintable() for line in refusal.lines())  # noqa: PT017
    else:
        assert config.public_url.startswith(("http://", "https://"))
