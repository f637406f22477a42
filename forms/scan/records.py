"""What reading says of a file, of a page, and of the form that its pages make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ClaimedStatus = Literal["read", "unreadable", "foreign"]
PageStatus = Literal["read", "unreadable", "foreign", "duplicate"]
FormStatus = Literal["complete", "incomplete", "duplicate"]


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """What was read of one question.

    ``value`` holds the options that are marked, None where the boxes were not found. ``reason`` says why a person
    must look, None where none needs to; ``crop`` is the question's picture (JPEG, base64) where one was asked for.
    """

    q: str
    value: tuple[str, ...] | None
    confidence: float
    reason: str | None
    crop: str | None = None

    @property
    def needs_human(self) -> bool:
        """Return whether a person must look at the question."""
        return self.reason is not None


@dataclass(frozen=True, slots=True)
class ReadComment:
    """Whether something stands in the box for free writing, and its picture where one was asked for."""

    written: bool
    crop: str | None = None


@dataclass(frozen=True, slots=True)
class FileCount:
    """How many pages a file has; none and the ``reason`` where it cannot be opened."""

    pages: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimedPage:
    """What a child process says of a page; ``codes`` are to prove it and nothing is believed before they do."""

    status: ClaimedStatus
    reason: str | None
    answers: tuple[ReadAnswer, ...] = ()
    codes: tuple[str, ...] = ()
    edition: str | None = None
    page: int | None = None
    comment: ReadComment | None = None


@dataclass(frozen=True, slots=True)
class PageSource:
    """Where a page came from: its file and its index there, from 0."""

    file: str
    page_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """A page after its proof was checked.

    ``serial``, ``unit`` and ``page`` are proven where the status is ``read`` or ``duplicate``. ``claimed_serial``
    stands on a page whose code proves nothing; ``others`` are the pages that show the same page of the same form.
    """

    source: PageSource
    status: PageStatus
    reason: str | None
    serial: str | None = None
    unit: str | None = None
    page: int | None = None
    edition: str | None = None
    answers: tuple[ReadAnswer, ...] = ()
    comment: ReadComment | None = None
    campaign: str | None = None
    claimed_serial: str | None = None
    others: tuple[PageSource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadForm:
    """All pages of one serial. Only a ``complete`` one can be accepted, and only where no answer needs a person."""

    serial: str
    unit: str
    edition: str
    status: FormStatus
    missing_pages: tuple[int, ...]
    pages: tuple[ReadPage, ...]
    answers: tuple[ReadAnswer, ...]
    comment: ReadComment | None

    @property
    def needs_human(self) -> int:
        """Return how many answers a person must look at."""
        return sum(answer.needs_human for answer in self.answers)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file with its SHA-256 in hexadecimal digits and its pages; ``same_as`` names the file that it repeats."""

    file: str
    sha256: str
    pages: int
    reason: str | None = None
    same_as: str | None = None


@dataclass(frozen=True, slots=True)
class ScanReading:
    """What was read of some files: every file, every page (one for a file that cannot be opened), every form."""

    files: tuple[ReadFile, ...]
    pages: tuple[ReadPage, ...]
    forms: tuple[ReadForm, ...]
