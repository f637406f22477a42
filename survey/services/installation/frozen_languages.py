"""The languages that a campaign froze when its plan was loaded, as its pages need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.models import CampaignClip, CampaignLanguage


@dataclass(frozen=True, slots=True)
class FrozenLanguage:
    """A language as a campaign froze it: the sentences of its pages (none for a bundled one), its recordings.

    ``clips`` holds the digest of each recording by what it reads aloud.
    """

    tag: str
    name: str
    texts: Mapping[str, Any]
    clips: Mapping[str, str]


def of_campaign(session: Session, campaign_id: int) -> dict[str, FrozenLanguage]:
    """Return the languages that a campaign froze, by their tags."""
    rows = session.execute(
        select(CampaignLanguage.tag, CampaignLanguage.name, CampaignLanguage.words)
        .where(CampaignLanguage.campaign_id == campaign_id)
        .order_by(CampaignLanguage.tag)
    ).all()
    clips: dict[str, dict[str, str]] = {row.tag: {} for row in rows}
    for tag, key, digest in session.execute(
        select(CampaignClip.tag, CampaignClip.key, CampaignClip.digest)
        .where(CampaignClip.campaign_id == campaign_id)
        .order_by(CampaignClip.key)
    ):
        clips[tag][key] = digest.hex()
    return {row.tag: FrozenLanguage(row.tag, row.name, row.words, clips[row.tag]) for row in rows}
