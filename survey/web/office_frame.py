"""What every page of the office shows around its content: the campaign, the person, where else to go."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_decimal
from flask_login import current_user

from survey import clock
from survey.clock import ZONE
from survey.documents.reports.formats import short_date
from survey.errors import Refusal
from survey.plans.plan import PlanUnit
from survey.services.accounts.accounts import actor_of
from survey.services.accounts.actors import Actor
from survey.services.collection import board_counts
from survey.services.collection.board_counts import CountMoments
from survey.services.installation.campaign_records import CampaignRecord
from survey.web import language
from survey.web.access import declared
from survey.web.app_context import current_installation


@dataclass(frozen=True, slots=True)
class OfficeFrame:
    """The campaign that a page belongs to, and the unit of whoever is signed in; None where there is none."""

    campaign: CampaignRecord | None
    unit: PlanUnit | None

    @property
    def rehearsal(self) -> bool:
        """Whether the page must say that its data are invented."""
        return self.campaign is not None and self.campaign.rehearsal


def surroundings() -> dict[str, object]:
    """Return what templates may ask of a page's surroundings."""
    return {
        "office_frame": office_frame,
        "may": may,
        "back": back,
        "day": day,
        "eve": eve,
        "whole": whole,
        "moment": moment,
        "count_moments": count_moments,
        "lang": language.of_request,
    }


def office_frame() -> OfficeFrame:
    """Return the frame of the present page; it is looked up once."""
    if "office_frame" not in g:
        campaign = _campaign()
        g.office_frame = OfficeFrame(campaign, _unit(campaign))
    frame: OfficeFrame = g.office_frame
    return frame


def may(endpoint: str) -> bool:
    """Return whether whoever is signed in may call *endpoint*."""
    signed_in = _signed_in()
    return signed_in is not None and signed_in.role in (declared(current_app, endpoint) or ())


def back() -> str:
    """Return the address under which the present page can be asked for again, without its language."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not adapter.test(request.path, "GET"):
        return "/"
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{request.path}?{urlencode(asked)}" if asked and request.method == "GET" else request.path


def day(value: dt.date) -> str:
    """Return a day as the page's language writes it."""
    return short_date(value) if language.of_request() == "vi" else str(format_date(value, "d MMM yyyy"))


def eve(outside: dt.date) -> dt.date:
    """Return the last day inside a window whose first day outside is given."""
    return outside - dt.timedelta(days=1)


def moment(value: dt.datetime) -> str:
    """Return a moment to the minute as the page's language writes it; the end of a day belongs to that day."""
    local = value.astimezone(ZONE)
    if (local.hour, local.minute) == (0, 0):
        return f"24:00 {day(eve(local.date()))}"
    return f"{local:%H:%M} {day(local.date())}"


def count_moments(campaign: CampaignRecord) -> CountMoments:
    """Return when self-service answers of a campaign were counted last, and when next."""
    return board_counts.moments(current_installation(), campaign, clock.now())


def whole(value: float, pattern: str | None = None) -> str:
    """Return a number as the page's language writes it."""
    return str(format_decimal(value, format=pattern))


def to_campaign(endpoint: str) -> ResponseReturnValue:
    """Lead to the only campaign's page, or offer the choice where there are several.

    Raises:
        Refusal: ``campaign_none``.
    """
    campaigns = current_installation().campaigns.all()
    if not campaigns:
        raise Refusal("campaign_none")
    if len(campaigns) == 1:
        return redirect(url_for(endpoint, campaign=campaigns[0].code))
    return render_template("public/campaigns.html", campaigns=campaigns, endpoint=endpoint)


def _campaign() -> CampaignRecord | None:
    """Return the campaign that the address names, else the only one there is."""
    named = (request.view_args or {}).get("campaign")
    with suppress(Refusal):
        return current_installation().campaigns.only(named)
    return None


def _unit(campaign: CampaignRecord | None) -> PlanUnit | None:
    signed_in = _signed_in()
    if campaign is None or signed_in is None or signed_in.unit_code is None:
        return None
    with suppress(Refusal):
        return campaign.unit(campaign.unit_id(signed_in.unit_code))
    return None


def _signed_in() -> Actor | None:
    return actor_of(current_user) if current_user.is_authenticated else None
