"""Posters, table tents and cards of the counters, and the question whether one on a wall is genuine."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forms.address_mac import AddressMac, CounterAddress, InvalidMac
from forms.check_word import check_word
from forms.poster.layouts import KINDS
from forms.poster.notice import Notice
from forms.poster.pdf import pdf
from forms.poster.svg import svg
from survey.errors import Refusal
from survey.services.accounts.actors import Actor
from survey.services.counter import links
from survey.services.counter.links import CounterLink
from survey.services.installation.campaign_records import CampaignRecord
from survey.services.installation.installation import Installation
from survey.services.installation.unit_keys import CounterRef

FORMATS = ("pdf", "svg")
LONGEST_ADDRESS = 500


@dataclass(frozen=True, slots=True)
class PosterFile:
    """A drawn poster, ready to be saved or sent."""

    name: str
    body: bytes


class AddressVerdict(enum.StrEnum):
    """What an address on a wall turned out to be."""

    GENUINE = "genuine"
    OTHER_SITE = "other_site"
    ALTERED = "altered"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True)
class AddressCheck:
    """What is known about an address; campaign, unit, counter and check word only where it is genuine."""

    verdict: AddressVerdict
    campaign: CampaignRecord | None = None
    unit: str = ""
    counter: int = 0
    word: str = ""


def every(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    unit: str | None = None,
    kinds: Sequence[str] = tuple(KINDS),
) -> Iterator[PosterFile]:
    """Yield the files of every counter that *actor* reaches, or of one unit's, in the plan's order.

    Raises:
        Refusal: ``unit_unknown``.
    """
    if unit is not None:
        campaign.unit_id(unit)
    for link in links.of_campaign(installation, actor, campaign):
        if unit in {None, link.unit}:
            for kind in kinds:
                yield from (_file(installation, campaign, link, kind, form) for form in FORMATS)


def one(
    installation: Installation,
    actor: Actor,
    campaign: CampaignRecord,
    counter: CounterRef,
    kind: str,
    form: str,
) -> PosterFile:
    """Return the file of one *kind* and *form* for a counter.

    Raises:
        Refusal: ``unit_unknown``; ``unit_out_of_reach``; ``counter_unknown``.
    """
    campaign.unit_id(counter.unit)
    actor.require(counter.unit)
    for link in links.of_campaign(installation, actor, campaign):
        if (link.unit, link.counter) == counter:
            return _file(installation, campaign, link, kind, form)
    raise Refusal("counter_unknown", counter=counter.counter)


def check(installation: Installation, text: str) -> AddressCheck:
    """Tell whether an address, typed or read from a poster, leads to a counter of this service, and to which.

    A right ending under somebody else's name is not genuine: such a page could pass on what it is told.
    """
    address = "".join(text.split())[:LONGEST_ADDRESS].lower()
    site, separator, written = address.rpartition("/k/")
    if not separator and ("/" in address or "." not in address):
        return AddressCheck(AddressVerdict.NO_ADDRESS)
    if site and _bare(site) != _bare(installation.config.public_url.lower()):
        return AddressCheck(AddressVerdict.OTHER_SITE)
    try:
        return _genuine(
            installation, AddressMac(installation.keys.address_mac).verify(written.partition("?")[0])
        )
    except (InvalidMac, Refusal):
        return AddressCheck(AddressVerdict.ALTERED)


def _genuine(installation: Installation, address: CounterAddress) -> AddressCheck:
    campaign = installation.campaigns.get(address.campaign)
    unit = campaign.unit(campaign.unit_id(address.unit))
    word = check_word(installation.keys.address_mac, campaign.code, unit.code)
    return AddressCheck(AddressVerdict.GENUINE, campaign, unit.name, address.counter, word)


def _bare(site: str) -> str:
    """Return an address without its scheme, which people leave out when they type."""
    return site.removeprefix("https://").removeprefix("http://")


def _file(
    installation: Installation, campaign: CampaignRecord, link: CounterLink, kind: str, form: str
) -> PosterFile:
    notice = Notice(
        agency=campaign.plan.headings.agency,
        unit=link.name,
        counter=link.counter,
        address=link.url,
        word=check_word(installation.keys.address_mac, campaign.code, link.unit),
        rehearsal=campaign.rehearsal,
    )
    sheet = KINDS[kind](notice)
    body = pdf([sheet]) if form == "pdf" else svg(sheet).encode()
    return PosterFile(f"{campaign.code}-{link.unit}-quay-{link.counter}-{kind}.{form}", body)
