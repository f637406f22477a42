"""The catalogue of refusals: every code with its HTTP status and its sentence in each language.

The sentences are data (``errors.toml``). A code that is not in the catalogue cannot be raised.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

Details = Mapping[str, Any]


class LocatedFault(Protocol):
    """What ``forms`` and ``scoring`` report of one fault: a code, its location and details."""

    @property
    def code(self) -> str:
        """The catalogue's code."""

    @property
    def location(self) -> str:
        """Where the fault stands: a line, a path into a file, a field."""

    @property
    def details(self) -> Details:
        """The values that the sentence names."""


@dataclass(frozen=True, slots=True)
class RefusalKind:
    """One kind of refusal: its HTTP status and its sentences by language."""

    status: int
    sentences: Mapping[str, str]

    def sentence(self, lang: str, details: Details) -> str:
        """Return the sentence in *lang* (Vietnamese where that is missing) with *details* filled in."""
        pattern = self.sentences.get(lang, self.sentences["vi"])
        shown = {name: _shown(value) if isinstance(value, str) else value for name, value in details.items()}
        return string.Formatter().vformat(pattern, (), _Missing(shown))


def _shown(text: str) -> str:
    """Return what a file or a client gave so that it can neither steer a terminal nor break a line."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


class _Missing(dict[str, Any]):
    """Details where an absent name shows as its own placeholder, so that no sentence is ever lost."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def catalogue() -> Mapping[str, RefusalKind]:
    """Return every kind by its code, read once from ``errors.toml``."""
    text = (Path(__file__).parent / "errors.toml").read_text("utf-8")
    return {
        code: RefusalKind(int(row["status"]), {k: v for k, v in row.items() if k != "status"})
        for code, row in tomllib.loads(text).items()
    }


def sentence_of(fault: LocatedFault, lang: str = "vi") -> str:
    """Return the catalogue's sentence for one *fault*."""
    return catalogue()[fault.code].sentence(lang, fault.details)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an input, with its location."""

    code: str
    location: str
    details: Details = field(default_factory=dict)


class Refusal(Exception):  # noqa: N818 - the house calls it a refusal; it is an answer, not a defect
    """A request that the service turns down, with all the faults that led to it.

    Raises:
        KeyError: when *code* is not in the catalogue.
    """

    def __init__(self, code: str, faults: Iterable[LocatedFault] = (), **details: Any) -> None:
        super().__init__(code)
        self.kind = catalogue()[code]
        self.code = code
        self.faults = tuple(faults)
        self.details: Details = details

    @property
    def status(self) -> int:
        """The HTTP status that answers this refusal."""
        return self.kind.status

    def sentence(self, lang: str = "vi") -> str:
        """Return what happened and what to do about it, in *lang*."""
        return self.kind.sentence(lang, self.details)

    def lines(self, lang: str = "vi") -> list[str]:
        """Return each fault as ``location: sentence``, in the order in which they were found."""
        return [f"{_shown(fault.location)}: {sentence_of(fault, lang)}" for fault in self.faults]
