"""The settings: what is refused, all at once, and what an office's usual settings mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.config import MAX_THREADS, read
from survey.errors import Refusal

NAMES = ("HAILONG_DATABASE_URL", "HAILONG_PUBLIC_URL", "HAILONG_THREADS", "HAILONG_PROXIES")


def faults(environ: dict[str, str]) -> set[str]:
    with pytest.raises(Refusal, match="settings_unsafe") as refusal:
        read(environ)
    return {fault.location for fault in refusal.value.faults}


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


MAIL = {"HAILONG_SMTP_HOST": "mail.tinh.gov.vn", "HAILONG_SMTP_FROM": "BHXH tỉnh <khaosat@tinh.gov.vn>"}


def test_mail_goes_out_encrypted_unless_the_server_is_this_machine(tmp_path: Path) -> None:
    assert read({}).mail is None
    mail = read(MAIL).mail
    assert mail is not None
    assert (mail.tls, mail.port, mail.sender, mail.sender_name) == (
        "starttls",
        587,
        "khaosat@tinh.gov.vn",
        "BHXH tỉnh",
    )
    for host in ("127.0.0.1", "localhost", "::1"):
        local = read({**MAIL, "HAILONG_SMTP_HOST": host, "HAILONG_SMTP_TLS": "none"}).mail
        assert local is not None
        assert local.port == 25
    assert faults({**MAIL, "HAILONG_SMTP_TLS": "none"}) == {"HAILONG_SMTP_TLS"}
    assert faults({**MAIL, "HAILONG_SMTP_TLS": "ssl"}) == {"HAILONG_SMTP_TLS"}
    file = tmp_path / "password"
    file.write_text("secret\n")
    file.chmod(0o600)
    signed = {**MAIL, "HAILONG_SMTP_USER": "u", "HAILONG_SMTP_PASSWORD_FILE": str(file)}
    found = read({**signed, "HAILONG_SMTP_PORT": "10587"}).mail
    assert found is not None
    assert (found.user, found.password, found.port) == ("u", "secret", 10587)
    assert "secret" not in repr(found)
    file.chmod(0o640)
    assert faults(signed) == {"HAILONG_SMTP_PASSWORD_FILE"}


@pytest.mark.parametrize(
    ("setting", "value", "blamed"),
    [
        ("HAILONG_SMTP_HOST", "mail.x.vn:25", "HAILONG_SMTP_HOST"),
        ("HAILONG_SMTP_HOST", "a b", "HAILONG_SMTP_HOST"),
        ("HAILONG_SMTP_FROM", "", "HAILONG_SMTP_FROM"),
        ("HAILONG_SMTP_FROM", "khaosat", "HAILONG_SMTP_FROM"),
        ("HAILONG_SMTP_FROM", "a@x.vn\r\nBcc: b@x.vn", "HAILONG_SMTP_FROM"),
        ("HAILONG_SMTP_PORT", "0", "HAILONG_SMTP_PORT"),
        ("HAILONG_SMTP_USER", "u", "HAILONG_SMTP_USER"),
        ("HAILONG_SMTP_CA", "/nowhere/ca.pem", "HAILONG_SMTP_CA"),
        ("HAILONG_SMTP_CA", "a\0b", "HAILONG_SMTP_CA"),
        ("HAILONG_SMTP_PER_MINUTE", "0", "HAILONG_SMTP_PER_MINUTE"),
    ],
)
def test_a_mail_setting_that_will_not_do_is_named(setting: str, value: str, blamed: str) -> None:
    assert faults({**MAIL, setting: value}) == {blamed}


def test_a_password_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for name in (str(tmp_path / "none"), str(tmp_path), "a\0b"):
        environ = {**MAIL, "HAILONG_SMTP_USER": "u", "HAILONG_SMTP_PASSWORD_FILE": name}
        assert faults(environ) == {"HAILONG_SMTP_PASSWORD_FILE"}
