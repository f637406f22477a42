"""The languages of a campaign: gathered from their folders when a plan is loaded, frozen from then on.

A folder is ``languages/<tag>/`` in the data directory. Only what is complete is taken, and what was taken
stays with its campaign whatever becomes of the folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from forms.faults import FaultyInstrument
from forms.languages import folder, template
from forms.languages.audio import TYPES
from forms.languages.folder import AUDIO, WORDS, Language
from forms.languages.known import BUNDLED, EXPECTED, tag_of
from forms.languages.speaking import speaking
from forms.questionnaire import Questionnaire, bundled_questionnaires, load_questionnaire
from survey.errors import Fault, LocatedFault, Refusal
from survey.models import CampaignClip, CampaignLanguage
from survey.plans.locations import located, locations
from survey.plans.plan import Plan
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation

FOLDER = "languages"
DIGEST_BYTES = 16


class RecordingRef(NamedTuple):
    """A recording as an address names it: its language, what it reads aloud, the digest of its content."""

    tag: str
    key: str
    digest: str


def gather(data: Path, plan: Plan) -> tuple[Language, ...]:
    """Return every language that a plan names, from its folder in the data directory.

    Raises:
        Refusal: ``language_faulty`` with every fault of all of them and its place.
    """
    questionnaire = load_questionnaire(plan.questionnaire)
    gathered: list[Language] = []
    faults: list[LocatedFault] = []
    for tag in plan.languages:
        try:
            gathered.append(_read(data / FOLDER / tag, tag, questionnaire, tag))
        except Refusal as refusal:
            faults += refusal.faults
    if faults:
        raise Refusal("language_faulty", faults)
    return tuple(gathered)


def check(path: Path, ref: str | None = None) -> tuple[Language, Questionnaire]:
    """Return the language of a folder, and the questionnaire that it is for, if the folder is complete.

    Raises:
        Refusal: ``language_which``; ``language_faulty`` with every fault and its place.
    """
    if not path.is_dir():
        raise Refusal("language_faulty", [Fault("language_no_folder", str(path))])
    tag, stated = folder.stated(path)
    wanted = ref or stated
    if wanted not in bundled_questionnaires():
        raise Refusal("language_which", path=str(path), known=", ".join(bundled_questionnaires()))
    questionnaire = load_questionnaire(wanted)
    return _read(path, tag, questionnaire, path.name or str(path)), questionnaire


def write_template(ref: str, language: str, path: Path) -> tuple[Path, int]:
    """Write the folder of a language with every text still empty; return the file and how many texts wait.

    Raises:
        Refusal: ``questionnaire_unknown``; ``language_unknown``; ``language_not_further``; ``language_there``;
            ``file_unwritable``.
    """
    if ref not in bundled_questionnaires():
        raise Refusal("questionnaire_unknown", ref=ref)
    tag = tag_of(language)
    if tag is None:
        raise Refusal("language_unknown", tag=language, known=", ".join(EXPECTED))
    if tag in BUNDLED:
        raise Refusal("language_not_further", tag=tag)
    text = template.write(load_questionnaire(ref), tag)
    file = path / WORDS
    try:
        (path / AUDIO).mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError as error:
        raise Refusal("language_there", path=str(file)) from error
    except OSError as error:
        raise Refusal("file_unwritable", path=str(path), why=error.strerror) from error
    return file, text.count(' = ""\n')


def joined(questionnaire: Questionnaire, languages: Iterable[Language]) -> Questionnaire:
    """Return the questionnaire with the texts of all these languages."""
    for language in languages:
        questionnaire = speaking(questionnaire, language)
    return questionnaire


def keep(session: Session, campaign_id: int, languages: Sequence[Language]) -> None:
    """Write the campaign's own copy of its languages and recordings."""
    for each in languages:
        row = {"campaign_id": campaign_id, "tag": each.tag}
        session.execute(insert(CampaignLanguage).values(**row, name=each.name, words=dict(each.page_texts)))
        clips = [
            {
                **row,
                "key": clip.key,
                "kind": clip.kind,
                "digest": hashlib.sha256(clip.content).digest()[:DIGEST_BYTES],
                "content": clip.content,
            }
            for clip in each.clips
        ]
        if clips:
            session.execute(insert(CampaignClip), clips)


def recording(
    installation: Installation, campaign: CampaignRecord, recording_ref: RecordingRef
) -> tuple[bytes, str]:
    """Return a recording of a campaign and its media type.

    Raises:
        Refusal: ``clip_unknown`` unless there is one of exactly this content.
    """
    tag, key, digest = recording_ref
    spoken = campaign.languages.get(tag)
    if spoken is None or spoken.clips.get(key) != digest:
        raise Refusal("clip_unknown")
    with installation.database.read() as session:
        row = session.execute(
            select(CampaignClip.content, CampaignClip.kind).where(
                CampaignClip.campaign_id == campaign.id, CampaignClip.tag == tag, CampaignClip.key == key
            )
        ).one()
    return bytes(row.content), TYPES[row.kind]


def _read(path: Path, tag: str, questionnaire: Questionnaire, shown: str) -> Language:
    try:
        return folder.read(path, tag, questionnaire)
    except FaultyInstrument as faulty:
        known = _locations(path / WORDS)
        raise Refusal("language_faulty", [_located(fault, shown, known) for fault in faulty.faults]) from None


def _located(fault: LocatedFault, shown: str, known: dict[str, str]) -> Fault:
    """Return a fault at its file, and at its line and column where it is one of a text."""
    if fault.code.startswith("language_text") or fault.code in {"language_gaps", "language_other"}:
        return Fault(fault.code, f"{shown}/{WORDS} {located(fault.location, known)}", fault.details)
    place = f"{shown}/{WORDS}" if fault.code == "language_syntax" else f"{shown}/{fault.location}".rstrip("/")
    return Fault(fault.code, place, fault.details)


def _locations(path: Path) -> dict[str, str]:
    try:
        return locations(path.read_text("utf-8-sig"))
    except (OSError, ValueError):
        return {}
