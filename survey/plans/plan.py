"""The frozen record of a plan, and its form as JSON in which a campaign keeps its own copy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from survey.vocabulary import Channel

POINT_TABLE = "proportional"
EVERY_CHANNEL = tuple(channel.value for channel in Channel)
# A plan that was frozen when there were no others, and counted all of them, counts all that came later.
FIRST_CHANNELS = frozenset({"qr", "paper", "import", "kiosk", "ticket"})


@dataclass(frozen=True, slots=True)
class PlanUnit:
    """A unit of the plan. ``target`` is a minimum of valid forms; ``transactions`` is None if unknown."""

    code: str
    name: str
    kind: str
    parent: str | None
    target: int
    transactions: int | None
    counters: int


@dataclass(frozen=True, slots=True)
class CampaignWindow:
    """Local days: answers count from ``opens_on``; ``closes_on`` and ``report_before`` are the first days outside."""

    opens_on: dt.date
    closes_on: dt.date
    report_before: dt.date

    def moved(self, opens_on: dt.date) -> CampaignWindow:
        """Return a window of the same lengths that starts on *opens_on*."""
        shift = opens_on - self.opens_on
        return CampaignWindow(opens_on, self.closes_on + shift, self.report_before + shift)


@dataclass(frozen=True, slots=True)
class IndexRules:
    """The official formula, how items make a criterion and how criteria make the whole."""

    official: str
    criterion: str
    overall: str


@dataclass(frozen=True, slots=True)
class DocumentHeadings:
    """The words that official documents of this campaign carry."""

    governing_body: str
    agency: str
    place: str
    number_symbol: str
    addressee: str
    legal_bases: tuple[str, ...]
    signer_titles: tuple[str, ...]
    signer_name: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperRules:
    """How serial-numbered paper is checked: the share, in per cent, that two people key in blindly."""

    double_keyed_share: int = 10


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """The ways in whose valid forms count to the minimum target; results use every valid form."""

    counted: tuple[str, ...] = EVERY_CHANNEL


@dataclass(frozen=True, slots=True)
class ReleaseRules:
    """When figures are made: at these local times of every day (``HH:MM``), and for which periods apart.

    ``period`` is empty, ``month`` or ``quarter``: the forms of an ended one are a set of their own.
    """

    times: tuple[str, ...] = ("18:00",)
    period: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a campaign is set up from. ``paper_check`` is ``totals`` or ``second_person``.

    ``point_table`` names the bundled table by which percentages become points of the reform index;
    ``languages`` the folders that the campaign takes: further languages, and recordings of bundled ones.
    """

    code: str
    title: str
    questionnaire: str
    window: CampaignWindow
    index: IndexRules
    paper_check: str
    sensitive_questions: tuple[str, ...]
    headings: DocumentHeadings
    units: tuple[PlanUnit, ...]
    point_table: str = POINT_TABLE
    paper: PaperRules = PaperRules()
    channels: ChannelRules = ChannelRules()
    languages: tuple[str, ...] = ()
    releases: ReleaseRules = ReleaseRules()

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain JSON values; days in ISO form."""
        values = asdict(self)
        values["window"] = {name: day.isoformat() for name, day in values["window"].items()}
        return values

    def rehearsed(self, code: str, opens_on: dt.date, transactions: Mapping[str, int]) -> Plan:
        """Return the plan for a rehearsal: another code, moved days, sample transactions by unit code."""
        units = tuple(replace(unit, transactions=transactions.get(unit.code)) for unit in self.units)
        return replace(self, code=code, window=self.window.moved(opens_on), units=units)


def from_json(values: Mapping[str, Any]) -> Plan:
    """Return the plan that :meth:`Plan.to_json` wrote."""
    headings: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values["headings"].items()
    }
    window = {name: dt.date.fromisoformat(day) for name, day in values["window"].items()}
    parts = {
        "headings": DocumentHeadings(**headings),
        "index": IndexRules(**values["index"]),
        "units": tuple(PlanUnit(**unit) for unit in values["units"]),
        "window": CampaignWindow(**window),
        "paper": PaperRules(**values.get("paper", {})),  # plans frozen before there was such a rule
        "channels": _channels(values.get("channels", {})),
        "languages": tuple(values.get("languages", ())),
        "releases": _releases(values.get("releases", {})),
    }
    return Plan(**{**values, "sensitive_questions": tuple(values["sensitive_questions"]), **parts})


def _channels(values: Mapping[str, Any]) -> ChannelRules:
    """Return the rules of a frozen plan; one that counted every channel of its time counts every channel."""
    counted = tuple(values.get("counted", ()))
    return ChannelRules(counted) if counted and set(counted) != FIRST_CHANNELS else ChannelRules()


def _releases(values: Mapping[str, Any]) -> ReleaseRules:
    """Return the rules of a frozen plan; one from before there were any has figures once a day."""
    return ReleaseRules(tuple(values["times"]), values["period"]) if values else ReleaseRules()
