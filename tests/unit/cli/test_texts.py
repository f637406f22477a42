"""The commands' sentences are data: each is used, and says the same in both languages."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from survey.cli import texts
from survey.cli.commands import COMMANDS

FOLDER = Path(texts.__file__).parent
CALL = re.compile(r"""\btext\(\s*(f?)["']([^"']+)["']""")


def places(sentence: str) -> set[str]:
    return {str(name) for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def asked() -> tuple[set[str], list[re.Pattern[str]]]:
    """The keys that the code names, and the shapes of those that it puts together."""
    calls = [call for file in sorted(FOLDER.glob("*.py")) for call in CALL.findall(file.read_text("utf-8"))]
    whole = {key for made, key in calls if not made}
    parts = [re.sub(r"\{[^}]*\}", "@", key) for made, key in calls if made]
    return whole, [re.compile(re.escape(part).replace("@", "[a-z_]+")) for part in parts]


def test_every_sentence_is_there_and_none_is_left_over() -> None:
    whole, shapes = asked()
    known = set(texts.sentences())
    assert len(whole) > 100
    assert whole <= known
    assert {key for key in known - whole if not any(shape.fullmatch(key) for shape in shapes)} == set()


def test_both_languages_have_the_same_places() -> None:
    for key, sentence in texts.sentences().items():
        assert places(sentence["vi"]) == places(sentence["en"]), key


def test_every_command_has_its_line() -> None:
    assert all(entry.summary for entry in COMMANDS.values())


def test_a_sentence_that_is_missing_or_left_open_is_a_loud_fault() -> None:
    with pytest.raises(KeyError):
        texts.text("plan.load.no_such")
    with pytest.raises(KeyError):
        texts.text("plan.load.done", name="x")
    with pytest.raises(ValueError, match=r"plan\.load\.done"):
        dict(texts._flattened({"plan": {"load": {"done": {"vi": "Xong."}}}}))
