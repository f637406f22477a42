"""The address that QR codes carry: the chosen one, else where the server of the data directory listens."""

from __future__ import annotations

from pathlib import Path

from survey.config import DEFAULT_PUBLIC_URL, read


def test_without_a_choice_codes_lead_to_the_server_itself(tmp_path: Path) -> None:
    config = read({}, str(tmp_path)).listening("127.0.0.1", 8123)
    assert config.public_url == "http://127.0.0.1:8123"
    config.remember()
    assert read({}, str(tmp_path)).public_url == "http://127.0.0.1:8123"


def test_a_chosen_address_is_never_replaced(tmp_path: Path) -> None:
    chosen = {"HAILONG_PUBLIC_URL": "https://hailong.example.vn"}
    config = read(chosen, str(tmp_path)).listening("127.0.0.1", 8123)
    config.remember()
    assert config.public_url == "https://hailong.example.vn"
    assert read({}, str(tmp_path)).public_url == DEFAULT_PUBLIC_URL


def test_a_server_for_the_whole_network_has_no_address_of_its_own(tmp_path: Path) -> None:
    assert read({}, str(tmp_path)).listening("0.0.0.0", 8000).public_url == DEFAULT_PUBLIC_URL
    assert read({}, str(tmp_path)).listening("127.0.0.1", 0).public_url == DEFAULT_PUBLIC_URL


def test_a_file_that_was_meddled_with_is_not_believed(tmp_path: Path) -> None:
    for text in ("https://attacker.example", "http://10.0.0.1:80", "", "\u0111", "127.0.0.1:80"):
        (tmp_path / "listened").write_text(text, "utf-8")
        assert read({}, str(tmp_path)).public_url == DEFAULT_PUBLIC_URL
