"""Every sentence of the office's pages has its English one, the library's have Vietnamese ones, compiled as they stand."""

from __future__ import annotations

import io
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask_security.core import _default_messages

from tests.house import tree

TRANSLATIONS = tree.ROOT / "survey" / "translations"
CATALOGUES = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
KEYWORDS = {"_": None, "gettext": None}
# What the sign-in library can say in the flows that are on: signing in, out, again, and a new password.
SAYABLE = {
    "API_ERROR",
    "DISABLED_ACCOUNT",
    "EMAIL_NOT_PROVIDED",
    "GENERIC_AUTHN_FAILED",
    "INVALID_EMAIL_ADDRESS",
    "INVALID_INPUT",
    "INVALID_PASSWORD",
    "INVALID_REDIRECT",
    "INVALID_RESET_PASSWORD_TOKEN",
    "LOGIN",
    "PASSWORD_CHANGE",
    "PASSWORD_INVALID_LENGTH",
    "PASSWORD_IS_THE_SAME",
    "PASSWORD_MISMATCH",
    "PASSWORD_NOT_PROVIDED",
    "PASSWORD_RESET_EXPIRED",
    "PASSWORD_RESET_NO_LOGIN",
    "PASSWORD_RESET_REQUEST",
    "PASSWORD_TOO_SIMPLE",
    "REAUTHENTICATION_REQUIRED",
    "REAUTHENTICATION_SUCCESSFUL",
    "REFRESH",
    "RETYPE_PASSWORD_MISMATCH",
    "UNAUTHENTICATED",
    "UNAUTHORIZED",
    "USER_DOES_NOT_EXIST",
}


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def spoken() -> set[str]:
    """The sentences that templates and views hand over for translation."""
    found = set()
    for folder, method in (
        ("templates", ("**.html", "jinja2.ext:babel_extract")),
        ("survey/web", ("**.py", "python")),
    ):
        # Not silent: a template that cannot be read must not look like one without sentences.
        options = {"**.html": {"silent": "false"}}
        messages = extract_from_dir(
            str(tree.ROOT / folder), method_map=[method], options_map=options, keywords=KEYWORDS
        )
        found |= {str(message) for _, _, message, _, _ in messages}
    return found


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_the_compiled_catalogue_equals_its_source(path: Path) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(path))
    assert path.with_suffix(".mo").read_bytes() == compiled.getvalue()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_no_translation_is_missing_doubtful_or_loses_a_place(path: Path) -> None:
    whole = catalogue(path)
    for message in whole:
        if message.id:
            assert message.string, message.id
            assert not message.fuzzy, message.id
            assert not list(message.check(whole)), message.id


def test_every_sentence_of_the_pages_has_an_english_one_and_none_is_left_over() -> None:
    english = catalogue(TRANSLATIONS / "en/LC_MESSAGES/messages.po")
    found = spoken()
    assert {str(message.id) for message in english if message.id} == found
    assert len(found) > 100


def test_every_sentence_of_the_sign_in_library_that_can_show_is_vietnamese() -> None:
    vietnamese = Translations.load(str(TRANSLATIONS), ["vi"], "flask_security")
    for name in SAYABLE:
        english = str(_default_messages[name][0])
        assert vietnamese.gettext(english) != english, name


def test_every_translated_sentence_of_the_command_line_library_is_one_that_it_says() -> None:
    folder = Path(click.__file__).parent
    keywords = {"_": None, "ngettext": (1, 2)}
    spoken = {
        ids for _, _, ids, _, _ in extract_from_dir(str(folder), [("**.py", "python")], keywords=keywords)
    }
    # These it looks up under a name.
    types = (click.INT, click.IntRange(), click.FLOAT, click.FloatRange())
    named = {"required", *(kind.name for kind in types)}
    vietnamese = catalogue(TRANSLATIONS / "vi/LC_MESSAGES/click.po")
    assert {message.id for message in vietnamese if message.id} <= spoken | named
