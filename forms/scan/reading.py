"""Reads files of scanned forms and says of every page what it is, and of every form what it answers.

``read_files`` needs no library of the extra itself: untrusted files are only opened by child processes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from forms.address_mac import InvalidMac
from forms.faults import FaultyInstrument, InstrumentFault
from forms.layout import EDITIONS, lay_out
from forms.paper.form_proof import PageIdentity, parse_claim
from forms.questionnaire import Questionnaire, questionnaire_json
from forms.scan.merge import merge_forms, stop_duplicates
from forms.scan.pool import CHUNK, PAGE_SECONDS, Child, ReadTask, check_installed, count_pages, read_all
from forms.scan.records import ClaimedPage, PageSource, PageStatus, ReadFile, ReadPage, ScanReading

# Returns what a code's text proves for a layout's fingerprint, or raises InvalidMac: ``FormProof.verify``.
Verify = Callable[[str, str], PageIdentity]
Progress = Callable[[int, int], None]
_HASHED = 1 << 20


def read_files(
    paths: Sequence[Path],
    questionnaire: Questionnaire,
    verify: Verify,
    *,
    campaign: str | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
    with_crops: bool = False,
    page_seconds: float = PAGE_SECONDS,
) -> ScanReading:
    """Read every page of the files; reasons are codes of the catalogue.

    Refusals: ``scan_not_installed``, ``scan_no_files``.
    """
    check_installed()
    if not paths:
        raise FaultyInstrument([InstrumentFault("scan_no_files", "files")])
    hello = _hello(questionnaire)
    files = _counted(paths, hello, page_seconds)
    collected = _Collector(files, _ProofCheck(questionnaire, verify, campaign), progress)
    for number, file in enumerate(files):
        if file.reason:
            collected.refuse(number, "unreadable" if file.same_as is None else "duplicate", file.reason)
    tasks = [task for number, file in enumerate(files) for task in _tasks(number, paths[number], file)]
    read_all(
        tasks, hello, jobs=jobs, with_crops=with_crops, receive=collected.receive, page_seconds=page_seconds
    )
    pages = stop_duplicates(collected.ordered())
    return ScanReading(tuple(files), pages, merge_forms(pages, questionnaire))


class _Collector:
    """Collects the checked pages as the children send them, from several threads and in any order."""

    def __init__(self, files: Sequence[ReadFile], check: _ProofCheck, progress: Progress | None) -> None:
        self._files = files
        self._check = check
        self._progress = progress
        self._pages: dict[tuple[int, int], ReadPage] = {}
        self._total = sum(max(1, file.pages) for file in files)
        self._lock = Lock()

    def receive(self, file: int, index: int, claim: ClaimedPage) -> None:
        """Check one page and keep it."""
        self._keep(file, index, self._check.checked(claim, PageSource(self._files[file].file, index)))

    def refuse(self, file: int, status: PageStatus, reason: str) -> None:
        """Keep one page for a file that is not opened."""
        source = PageSource(self._files[file].file, 0)
        self._keep(file, 0, ReadPage(source=source, status=status, reason=reason))

    def _keep(self, file: int, index: int, page: ReadPage) -> None:
        with self._lock:
            self._pages[file, index] = page
            if self._progress:
                self._progress(len(self._pages), self._total)

    def ordered(self) -> list[ReadPage]:
        """Return the pages in the order of files and pages."""
        return [self._pages[key] for key in sorted(self._pages)]


def _hello(questionnaire: Questionnaire) -> dict[str, Any]:
    return {"questionnaire": questionnaire_json(questionnaire), "editions": _editions(questionnaire)}


def _editions(questionnaire: Questionnaire) -> list[str]:
    """Return the editions that this questionnaire fits; a long one has no large-type edition."""
    fitting = []
    for name, edition in EDITIONS.items():
        try:
            lay_out(questionnaire, edition)
        except FaultyInstrument:
            continue
        fitting.append(name)
    return fitting


def _counted(paths: Sequence[Path], hello: dict[str, Any], page_seconds: float) -> list[ReadFile]:
    """Return name, hash and number of pages of each file; a file met before is not opened again."""
    child = Child(hello, page_seconds)
    first_of: dict[str, str] = {}
    files = []
    try:
        for path in paths:
            digest = _digest(path)
            if digest and digest in first_of:
                files.append(ReadFile(str(path), digest, 0, "scan_file_repeated", first_of[digest]))
            else:
                first_of[digest] = str(path)
                count = count_pages(child, path)
                files.append(ReadFile(str(path), digest, count.pages, count.reason))
    finally:
        child.stop()
    return files


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as opened:
            while block := opened.read(_HASHED):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()


def _tasks(number: int, path: Path, file: ReadFile) -> list[ReadTask]:
    pages = file.pages
    where = Path(os.path.abspath(path))
    return [ReadTask(number, where, start, min(start + CHUNK, pages)) for start in range(0, pages, CHUNK)]


class _ProofCheck:
    """Believes a page only where its code proves it."""

    def __init__(self, questionnaire: Questionnaire, verify: Verify, campaign: str | None) -> None:
        self._verify = verify
        self._campaign = campaign
        self._prints = {
            name: lay_out(questionnaire, EDITIONS[name]).fingerprint for name in _editions(questionnaire)
        }

    def checked(self, claim: ClaimedPage, source: PageSource) -> ReadPage:
        """Return the page with its proven serial, or without its answers."""
        page = ReadPage(
            source=source,
            status=claim.status,
            reason=claim.reason,
            page=claim.page,
            edition=claim.edition,
            answers=claim.answers,
            comment=claim.comment,
        )
        return self._proven(page, claim.codes) if claim.status == "read" else self._named(page, claim.codes)

    def _proven(self, page: ReadPage, codes: Sequence[str]) -> ReadPage:
        fingerprint = self._prints.get(page.edition or "")
        if fingerprint is None or not codes:  # no reader of ours says that
            return _refused(page, "scan_forged")
        try:
            proven = self._verify(codes[0], fingerprint)
        except InvalidMac:
            return _refused(page, "scan_forged")
        if proven.page != page.page:
            return _refused(page, "scan_mixed")
        named = replace(page, campaign=proven.campaign)
        if self._campaign is not None and proven.campaign != self._campaign:
            return _refused(named, "scan_other_campaign")
        return replace(named, serial=f"{proven.serial:06d}", unit=proven.unit)

    def _named(self, page: ReadPage, codes: Sequence[str]) -> ReadPage:
        """Name the serial of a page that could not be read, where its code proves it all the same."""
        for code in codes:
            for fingerprint in self._prints.values():
                try:
                    proven = self._verify(code, fingerprint)
                except InvalidMac:
                    continue
                return replace(page, serial=f"{proven.serial:06d}", unit=proven.unit, page=proven.page)
        claims = [claim for claim in map(parse_claim, codes) if claim]
        return replace(page, claimed_serial=f"{claims[0].serial:06d}") if claims else page


def _refused(page: ReadPage, reason: str) -> ReadPage:
    return replace(page, status="foreign", reason=reason, answers=(), comment=None)
