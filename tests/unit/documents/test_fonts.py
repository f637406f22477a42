"""The typeface has every Vietnamese letter, or another one is taken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from survey.documents.render import fonts


def test_the_alphabet_is_whole() -> None:
    letters = fonts.vietnamese()
    assert len(letters) == 2 * (12 * 6 + 1 + 16)
    assert {"ữ", "Ậ", "đ", "Đ", "ỵ"} <= letters


@pytest.mark.parametrize("family", [fonts.serif, fonts.fallback])
def test_a_family_draws_every_letter(family: object) -> None:
    found = fonts.serif() if family is fonts.serif else fonts.fallback()
    alphabet = "".join(sorted(fonts.vietnamese())) + "–…“”×≥₁₅"
    assert found.drawable(alphabet) == alphabet


def test_what_the_family_cannot_draw_becomes_a_box() -> None:
    assert fonts.serif().drawable("Phù \U0001f600 Cát") == "Phù □ Cát"


def test_the_first_version_of_liberation_is_refused() -> None:
    folder = Path("/usr/share/fonts/truetype/liberation")
    files = tuple(
        folder / f"LiberationSerif-{style}.ttf" for style in ("Regular", "Bold", "Italic", "BoldItalic")
    )
    if not files[0].exists():
        pytest.skip("fonts-liberation 1 is not installed here")
    assert fonts._registered("Old", files) is None


def test_missing_files_are_no_family() -> None:
    assert fonts._registered("None", (Path("nowhere.ttf"),) * 4) is None


def test_the_fallback_is_found_without_importing_matplotlib() -> None:
    program = (
        "import sys; from survey.documents.render import fonts; fonts.fallback(); fonts.serif();"
        "sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_without_any_family_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_INSTALLED", Path("nowhere"))
    monkeypatch.setattr(fonts, "find_spec", {}.get)
    with pytest.raises(fonts.NoFontError, match="DejaVu Serif"):
        fonts.serif.__wrapped__()
    with pytest.raises(fonts.NoFontError, match="DejaVu Serif"):
        fonts.fallback.__wrapped__()


def test_without_liberation_the_fallback_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_INSTALLED", Path("nowhere"))
    assert fonts.serif.__wrapped__().regular == "DejaVuSerif-Regular"
