"""Scanned forms: read by the machine; what is sure goes through the one door, what is doubtful waits for a person.

The pages themselves are not kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from forms.faults import FaultyInstrument
from forms.paper.form_proof import FormProof
from forms.scan import ScanReading, read_files
from forms.scan.records import PageSource, ReadFile, ReadForm, ReadPage
from survey.clock import local_day
from survey.errors import Refusal
from survey.models import PaperReading, ScanFile, ScanForm
from survey.services.accounts import audit
from survey.services.accounts.actors import Actor
from survey.services.collection import serials
from survey.services.collection.serial_ranges import number_of
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import UnitKey
from survey.services.paper import doubtful_forms
from survey.vocabulary import ReadingSource

DOUBLED = ("scan_duplicate", "scan_known", "sheet_used")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a page or a form did not come in: where, the catalogue's code, and what its sentence names."""

    location: str
    code: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of an upload: numbers that came in, numbers with doubts, and what did not come in.

    Every one of its ``pages`` belongs to one of these three.
    """

    files: int
    pages: int
    accepted: tuple[str, ...]
    doubtful: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Outcomes:
    """What became of an upload so far."""

    problems: list[Problem]
    accepted: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)

    def taken_in(self, reading: ScanReading) -> TakenIn:
        """Return it as the record that leaves this module."""
        return TakenIn(
            files=len(reading.files),
            pages=len(reading.pages),
            accepted=tuple(self.accepted),
            doubtful=tuple(self.doubtful),
            problems=tuple(self.problems),
        )


def read(
    installation: Installation,
    campaign: CampaignRecord,
    paths: Sequence[Path],
    *,
    jobs: int = 1,
    with_crops: bool = False,
    progress: Progress | None = None,
) -> ScanReading:
    """Read files of this campaign's forms and return what the machine says of every page and form.

    Raises:
        Refusal: ``scan_refused`` with its faults, where there are no files or the reader is not installed.
    """
    verify = FormProof(installation.keys.form_proof).verify
    try:
        return read_files(
            paths,
            campaign.questionnaire,
            verify,
            campaign=campaign.code,
            jobs=jobs,
            with_crops=with_crops,
            progress=progress,
        )
    except FaultyInstrument as faulty:
        raise Refusal("scan_refused", faulty.faults) from faulty


def take_in(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: str,
    paths: Sequence[Path],
    now: dt.datetime,
    *,
    names: Mapping[Path, str] | None = None,
) -> TakenIn:
    """Read the files of a unit's scanned forms; what is sure comes in, what is doubtful waits for a person.

    ``names`` are what whoever sent the files calls them.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``verification_closed``; ``scan_refused``.
    """
    key = campaign.unit_key(unit)
    actor.require(unit)
    with installation.database.read() as session:
        serials.require_verifying(session, campaign)
    reading = read(installation, campaign, paths, with_crops=True)
    named = {str(path): name for path, name in (names or {}).items()}
    outcomes = _Outcomes([_page_problem(page, named) for page in reading.pages if page.status != "read"])
    repeated = _known(installation, campaign, reading.files)
    for form in reading.forms:
        if problem := _form_problem(installation, campaign, key, form, repeated):
            outcomes.problems.append(problem)
        elif form.status == "complete":
            _take_form(installation, actor, campaign, key, form, outcomes, now)
    doubled = [problem.location for problem in outcomes.problems if problem.code in DOUBLED]
    _note_files(installation, actor, key, reading.files, doubled, now)
    return outcomes.taken_in(reading)


def _take_form(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: UnitKey,
    form: ReadForm,
    outcomes: _Outcomes,
    now: dt.datetime,
) -> None:
    """Let a complete form in or keep its doubts; a refusal stops this form and no other."""
    number = number_of(int(form.serial))
    try:
        is_sure = doubtful_forms.keep_or_enter(installation, actor, campaign, unit, form, now)
    except Refusal as refusal:
        outcomes.problems.append(Problem(number, refusal.code, {**refusal.details, "number": number}))
    else:
        (outcomes.accepted if is_sure else outcomes.doubtful).append(number)


def _known(installation: Installation, campaign: CampaignRecord, files: Sequence[ReadFile]) -> set[str]:
    """Return the files that were read in this campaign before."""
    with installation.database.read() as session:
        known = set(session.scalars(select(ScanFile.digest).filter_by(campaign_id=campaign.id)))
    return {file.file for file in files if file.sha256 and bytes.fromhex(file.sha256) in known}


def _note_files(
    installation: Installation,
    actor: Actor,
    unit: UnitKey,
    files: Sequence[ReadFile],
    doubled: Sequence[str],
    now: dt.datetime,
) -> None:
    """Remember the files by their hash, so that none is taken in twice, and which pages came more than once."""
    new = {file.sha256: file.pages for file in files if file.sha256 and file.pages}
    with installation.database.write() as session:
        known = set(session.scalars(select(ScanFile.digest).filter_by(campaign_id=unit.campaign_id)))
        for sha256, pages in new.items():
            digest = bytes.fromhex(sha256)
            if digest not in known:
                row = {"digest": digest, "pages": pages, "local_day": local_day(now)}
                session.execute(insert(ScanFile).values(**unit.columns, **row, account_id=actor.account_id))
        audit.note(
            session, actor, "scans_read", now, **unit.columns, subject="", files=len(files), doubled=doubled
        )


def _page_problem(page: ReadPage, named: Mapping[str, str]) -> Problem:
    """Say why a page was not read, by the names that its sender knows; a doubled one names where the others are."""
    serial = page.serial or page.claimed_serial
    shown = f" ({number_of(int(serial))})" if serial else ""
    others = ", ".join(_location(other, named) for other in page.others)
    return Problem(_location(page.source, named) + shown, page.reason or "", {"others": others})


def _location(source: PageSource, named: Mapping[str, str]) -> str:
    name = named.get(source.file) or Path(source.file).name
    return f"{name} – {source.page_index + 1}"


def _form_problem(
    installation: Installation,
    campaign: CampaignRecord,
    unit: UnitKey,
    form: ReadForm,
    repeated: Collection[str],
) -> Problem | None:
    """Say why the pages that were read make no form of this unit; of doubled ones each page has said so."""
    number = number_of(int(form.serial))
    if form.unit != campaign.unit(unit.unit_id).code:
        name = campaign.unit(campaign.unit_id(form.unit)).name
        return Problem(number, "scan_other_unit", {"unit": name})
    again = any(page.source.file in repeated for page in form.pages)
    if again and _is_in(installation, unit, int(form.serial)):
        return Problem(number, "scan_file_known")
    if form.status == "incomplete":
        missing = ", ".join(str(page) for page in form.missing_pages)
        return Problem(number, "scan_page_missing", {"pages": missing})
    return None


def _is_in(installation: Installation, unit: UnitKey, serial: int) -> bool:
    """Return whether a scan of the sheet was taken in, or waits for a person."""
    scanned = select(PaperReading.step).filter_by(
        **unit.columns, serial=serial, source=ReadingSource.SCANNED.value
    )
    with installation.database.read() as session:
        waits = session.get(ScanForm, (*unit, serial)) is not None
        return waits or session.scalar(scanned.limit(1)) is not None
