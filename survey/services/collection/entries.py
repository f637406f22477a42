"""Responses on their way to the door: one record per way in, each saying what its answer uses up.

Combinations that cannot be are combinations that cannot be written: only paper has a form number, only a
kiosk's record has a number of the device, and an answer by a code comes by the channel that its code is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from forms.answers import AnswerSheet
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.unit_keys import UnitKey
from survey.vocabulary import Channel, ReadingSource


class Spendable(Protocol):
    """What one answer uses up, in the answer's own transaction; refuses where another answer has."""

    def spend(self, session: Session) -> None:
        """Use it up for an answer that is new."""

    def spend_again(self, session: Session) -> None:
        """Meet it beside an answer that is in already: nothing is refused."""


class CodeOfAnswer(Spendable, Protocol):
    """A code that lets one answer in, by the channel that it is."""

    @property
    def channel(self) -> Channel:
        """The channel of an answer that comes with it."""


@dataclass(frozen=True, slots=True)
class SpentElsewhere:
    """A code that another answer has spent, told by a device from where nobody can be asked any more."""


@dataclass(frozen=True, slots=True)
class PaperSource:
    """Who keyed a paper form in, or had it read by a machine, and the number written on it."""

    actor: Actor
    form_number: str
    reading: ReadingSource = ReadingSource.KEYED


@dataclass(frozen=True, slots=True)
class _Entry:
    """What every response has. ``idempotency_key`` was made with the page, not with the answer."""

    campaign: CampaignRecord
    unit_id: int
    idempotency_key: str
    sheet: AnswerSheet

    @property
    def unit(self) -> UnitKey:
        """The key of the unit that the answers are about."""
        return UnitKey(self.campaign.id, self.unit_id)

    @property
    def spends(self) -> Sequence[Spendable]:
        """What the answer uses up, in the order in which it is asked for."""
        return ()


@dataclass(frozen=True, slots=True)
class WebEntry(_Entry):
    """Answers from a phone: by a counter's address, or by the code of a card, an invitation or a screen."""

    code: CodeOfAnswer | None = None

    @property
    def channel(self) -> Channel:
        """The channel of its code, or that of the counters' addresses."""
        return Channel.QR if self.code is None else self.code.channel

    @property
    def spends(self) -> Sequence[Spendable]:
        """The code, where it came with one."""
        return () if self.code is None else (self.code,)


@dataclass(frozen=True, slots=True)
class KeyedEntry(_Entry):
    """Answers from a paper form, and the code of the card that came with it."""

    source: PaperSource
    card: CodeOfAnswer | None = None

    @property
    def channel(self) -> Channel:
        """Paper, whatever came with it."""
        return Channel.PAPER

    @property
    def spends(self) -> Sequence[Spendable]:
        """The card, where one came with the form."""
        return () if self.card is None else (self.card,)


@dataclass(frozen=True, slots=True)
class CorrectedEntry(_Entry):
    """Answers that correct those of a paper form which two people have compared; they are valid at once."""

    @property
    def channel(self) -> Channel:
        """Paper."""
        return Channel.PAPER


@dataclass(frozen=True, slots=True)
class KioskEntry(_Entry):
    """A record of a kiosk with its number, and the card that was typed there: good, or spent elsewhere.

    One with a code spent elsewhere is kept and does not count.
    """

    number: Spendable
    card: CodeOfAnswer | SpentElsewhere | None = None

    @property
    def good_card(self) -> CodeOfAnswer | None:
        """The card, unless it was spent elsewhere."""
        return None if isinstance(self.card, SpentElsewhere) else self.card

    @property
    def channel(self) -> Channel:
        """The channel of a good card, else the kiosk."""
        return Channel.KIOSK if self.good_card is None else self.good_card.channel

    @property
    def spends(self) -> Sequence[Spendable]:
        """The record's number, then a good card."""
        return (self.number,) if self.good_card is None else (self.number, self.good_card)


@dataclass(frozen=True, slots=True)
class ImportEntry(_Entry):
    """Answers from a row of a file."""

    @property
    def channel(self) -> Channel:
        """The import."""
        return Channel.IMPORT


Entry = WebEntry | KeyedEntry | CorrectedEntry | KioskEntry | ImportEntry
