"""Reads files of scanned forms and says of every page what it is, and of every form what it answers.

``read_files`` needs no library of the extra itself: untrusted files are only opened by child processes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from forms.address_mac import InvalidMac
from forms.faults import FaultyInstrument, InstrumentFault
from forms.instrument import Questionnaire, to_json
from forms.layout import EDITIONS, lay_out
from forms.paper.form_proof import PageIdentity, parse_claim
from forms.scan.merge import merge_forms, stop_duplicates
from forms.scan.pool import (
    CHUNK,
    PAGE_SECONDS,
    Child,
    ReadTask,
    Record,
    check_installed,
    count_pages,
    read_all,
)

# Returns what a code's text proves for a layout's fingerprint, or raises InvalidMac: ``SheetSeal.open``.
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
) -> dict[str, Any]:
    """Read every page of the files and return plain values for JSON.

    ``files`` names each file with its SHA-256 and its pages. ``pages`` holds a record for every page (and one
    for a file that cannot be opened) with ``status`` ``read``, ``unreadable``, ``foreign`` or ``duplicate``,
    and ``reason``, a code of the catalogue. ``forms`` merges the pages of each serial. Refusals:
    ``scan_not_installed``, ``scan_no_files``.
    """
    check_installed()
    if not paths:
        raise FaultyInstrument([InstrumentFault("scan_no_files", "files")])
    hello = _hello(questionnaire)
    files = _counted(paths, hello, page_seconds)
    kept = _Kept(files, _Judge(questionnaire, verify, campaign), progress)
    for number, file in enumerate(files):
        if file["reason"]:
            status = "duplicate" if file["reason"] == "scan_file_repeated" else "unreadable"
            kept.told(number, 0, {"status": status, "reason": file["reason"], "answers": []})
    tasks = [task for number, file in enumerate(files) for task in _tasks(number, paths[number], file)]
    read_all(tasks, hello, jobs=jobs, with_crops=with_crops, told=kept.told, page_seconds=page_seconds)
    ordered = kept.ordered()
    stop_duplicates(ordered)
    return {"files": files, "pages": ordered, "forms": merge_forms(ordered, questionnaire)}


class _Kept:
    """Collects the judged pages as the children tell them, from several threads and in any order."""

    def __init__(self, files: Sequence[Record], judge: _Judge, progress: Progress | None) -> None:
        self._files = files
        self._judge = judge
        self._progress = progress
        self._pages: dict[tuple[int, int], Record] = {}
        self._total = sum(max(1, file["pages"]) for file in files)
        self._lock = Lock()

    def told(self, file: int, index: int, record: Record) -> None:
        """Judge one page and keep it."""
        judged = self._judge.judged(record)
        with self._lock:
            self._pages[file, index] = {"file": self._files[file]["file"], "page_index": index, **judged}
            if self._progress:
                self._progress(len(self._pages), self._total)

    def ordered(self) -> list[Record]:
        """Return the pages in the order of files and pages."""
        return [self._pages[key] for key in sorted(self._pages)]


def _hello(questionnaire: Questionnaire) -> dict[str, Any]:
    return {"questionnaire": to_json(questionnaire), "editions": _editions(questionnaire)}


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


def _counted(paths: Sequence[Path], hello: dict[str, Any], page_seconds: float) -> list[Record]:
    """Return name, hash and number of pages of each file; a file met before is not opened again."""
    child = Child(hello, page_seconds)
    first_of: dict[str, str] = {}
    files = []
    try:
        for path in paths:
            digest = _digest(path)
            file: Record = {"file": str(path), "sha256": digest, "pages": 0, "reason": None}
            if digest and digest in first_of:
                file |= {"reason": "scan_file_repeated", "same_as": first_of[digest]}
            else:
                first_of[digest] = str(path)
                file |= count_pages(child, path)
            files.append(file)
    finally:
        child.stop()
    return files


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    try:
        with path.open("rb") as opened:
            while block := opened.read(_HASHED):
                found.update(block)
    except OSError:
        return ""
    return found.hexdigest()


def _tasks(number: int, path: Path, file: Record) -> list[ReadTask]:
    pages = file["pages"]
    where = Path(os.path.abspath(path))
    return [ReadTask(number, where, start, min(start + CHUNK, pages)) for start in range(0, pages, CHUNK)]


class _Judge:
    """Believes a page only where its code proves it."""

    def __init__(self, questionnaire: Questionnaire, verify: Verify, campaign: str | None) -> None:
        self._verify = verify
        self._campaign = campaign
        self._prints = {
            name: lay_out(questionnaire, EDITIONS[name]).fingerprint for name in _editions(questionnaire)
        }

    def judged(self, record: Record) -> Record:
        """Return the record with its proven serial, or without its answers."""
        codes = record.pop("codes", [])
        named = {"serial": None, "unit": None, "page": None, **record}
        if record["status"] != "read":
            return {**named, **self._hint(codes)}
        try:
            sheet = self._verify(codes[0], self._prints[record["edition"]])
        except InvalidMac:
            return _refused(named, "scan_forged")
        if sheet.page != record["page"]:
            return _refused(named, "scan_mixed")
        if self._campaign is not None and sheet.campaign != self._campaign:
            return _refused({**named, "campaign": sheet.campaign}, "scan_other_campaign")
        return {**named, "serial": f"{sheet.serial:06d}", "unit": sheet.unit, "campaign": sheet.campaign}

    def _hint(self, codes: Sequence[str]) -> Record:
        """Name the serial of a page that could not be read, where its code proves it all the same."""
        for code in codes:
            for fingerprint in self._prints.values():
                try:
                    sheet = self._verify(code, fingerprint)
                except InvalidMac:
                    continue
                return {"serial": f"{sheet.serial:06d}", "unit": sheet.unit, "page": sheet.page}
        claims = [claim for claim in map(parse_claim, codes) if claim]
        return {"claimed_serial": f"{claims[0].serial:06d}"} if claims else {}


def _refused(record: Record, reason: str) -> Record:
    return {**record, "status": "foreign", "reason": reason, "answers": [], "comment": None}
