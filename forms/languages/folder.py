"""Reads a language's folder: everything that it says, or every fault of it with its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms.faults import FaultyInstrument, InstrumentFault
from forms.languages.audio import Clip, read_clips
from forms.languages.entries import QUESTIONNAIRE, clip_keys, entries, flat
from forms.languages.known import BUNDLED, TAG
from forms.questionnaire import Questionnaire, syntax_fault
from forms.questionnaire_check import is_tidy
from forms.text_tables import read_texts

WORDS, AUDIO, ABOUT = "words.toml", "audio", "language"
LARGEST_WORDS = 400_000
LONGEST_NAME = 40
LONGEST_QUESTION = 200
NEWLINE = b"\n"
_TEXTS = read_texts(Path(__file__).with_name("texts.toml"))
_GAP = re.compile(r"\{\w*\}")


@dataclass(frozen=True, slots=True)
class Language:
    """A language that is complete, its texts empty for one that ships with the product.

    ``page_texts`` are those of the pages in their tables, ``question_texts`` those of the questionnaire by path.
    """

    tag: str
    name: str
    page_texts: Mapping[str, Any]
    question_texts: Mapping[str, str]
    clips: tuple[Clip, ...]


def read(folder: Path, tag: str, q: Questionnaire) -> Language:
    """Return the language *tag* for a questionnaire; raise FaultyInstrument with every fault and its place.

    Codes: ``language_no_folder``, ``language_bundled``, ``language_no_clips``, ``language_no_words``,
    ``language_too_large``, ``language_syntax``, those of :func:`check` and those of
    :func:`forms.languages.audio.read_clips`.
    """
    if not folder.is_dir():
        raise FaultyInstrument([InstrumentFault("language_no_folder", "", {"tag": tag})])
    faults: list[InstrumentFault] = []
    clips = read_clips(folder / AUDIO, clip_keys(q), faults)
    data: Mapping[str, Any] = {}
    if tag not in BUNDLED:
        data = _data(folder / WORDS, faults)
        faults += check(data, tag, q) if data else ()
    elif (folder / WORDS).exists():
        faults.append(InstrumentFault("language_bundled", WORDS))
    elif not clips and not faults:
        faults.append(InstrumentFault("language_no_clips", AUDIO))
    if faults:
        raise FaultyInstrument(faults)
    return _language(tag, data, clips)


def _language(tag: str, data: Mapping[str, Any], clips: tuple[Clip, ...]) -> Language:
    page_texts = {key: table for key, table in data.items() if key not in {ABOUT, QUESTIONNAIRE}}
    question_texts = dict(flat({QUESTIONNAIRE: data.get(QUESTIONNAIRE, {})}))
    return Language(tag, BUNDLED.get(tag) or data[ABOUT]["name"], page_texts, question_texts, clips)


def check(data: Mapping[str, Any], tag: str, q: Questionnaire) -> tuple[InstrumentFault, ...]:
    """Return all faults of a language's words, each placed at its path, none if they are complete.

    Codes: ``language_other``, ``language_other_questionnaire``, ``language_text_missing``,
    ``language_text_unknown``, ``language_text_type``, ``language_text_untidy``, ``language_text_long`` and
    ``language_gaps`` where the places to be filled in are not those of the Vietnamese.
    """
    given = dict(flat(data))
    faults = []
    if given.pop(f"{ABOUT}.tag", None) != tag or not TAG.fullmatch(tag):
        faults.append(InstrumentFault("language_other", f"{ABOUT}.tag", {"tag": tag}))
    if given.pop(f"{ABOUT}.questionnaire", None) != q.ref:
        faults.append(
            InstrumentFault("language_other_questionnaire", f"{ABOUT}.questionnaire", {"ref": q.ref})
        )
    needed = {f"{ABOUT}.name": _TEXTS["own_name"], **entries(q)}
    for path, vietnamese in needed.items():
        if (fault := _fault(path, given.get(path, ""), vietnamese)) is not None:
            faults.append(fault)
    faults += [InstrumentFault("language_text_unknown", path) for path in given if path not in needed]
    return tuple(faults)


def stated(folder: Path) -> tuple[str, str | None]:
    """Return the tag and the questionnaire that a folder states; its own name and None where it states none."""
    try:
        about = tomllib.loads((folder / WORDS).read_text("utf-8-sig"))[ABOUT]
        return str(about["tag"]), str(about["questionnaire"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return folder.resolve().name, None


def _data(path: Path, faults: list[InstrumentFault]) -> Mapping[str, Any]:
    """Return the values of ``words.toml``, nothing where they cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_WORDS + 1)
        if len(raw) > LARGEST_WORDS:
            faults.append(InstrumentFault("language_too_large", WORDS, {"limit": LARGEST_WORDS // 1000}))
            return {}
        return tomllib.loads(raw.decode("utf-8-sig"))
    except OSError:
        faults.append(InstrumentFault("language_no_words", WORDS))
    except UnicodeDecodeError as error:
        line = error.object.count(NEWLINE, 0, error.start) + 1
        faults.append(InstrumentFault("language_syntax", "", {"line": line, "column": 1}))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        faults.append(InstrumentFault("language_syntax", "", syntax_fault(error).details))
    return {}


def _fault(path: str, text: object, vietnamese: str) -> InstrumentFault | None:
    """Return what is wrong with one entry, None if nothing is."""
    limit = _longest(path, vietnamese)
    if not isinstance(text, str):
        return InstrumentFault("language_text_type", path)
    if not text.strip():
        return InstrumentFault("language_text_missing", path, {"vi": vietnamese})
    if not is_tidy(text):
        return InstrumentFault("language_text_untidy", path)
    if len(text) > limit:
        return InstrumentFault("language_text_long", path, {"count": len(text), "limit": limit})
    if sorted(_GAP.findall(text)) != sorted(gaps := _GAP.findall(vietnamese)) or _has_stray_braces(text):
        return InstrumentFault("language_gaps", path, {"gaps": " ".join(gaps) or "–"})
    return None


def _longest(path: str, vietnamese: str) -> int:
    """Return how long a text may be where the Vietnamese stands: buttons and levels must stay short."""
    if path == f"{ABOUT}.name":
        return LONGEST_NAME
    longest = 40 + 2 * len(vietnamese)
    return min(longest, LONGEST_QUESTION) if path.startswith(f"{QUESTIONNAIRE}.") else longest


def _has_stray_braces(text: str) -> bool:
    return bool(set(_GAP.sub("", text)) & {"{", "}"})
