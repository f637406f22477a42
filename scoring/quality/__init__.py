"""Data quality: signs that forms were not filled in by citizens. Flags for a person to look into.

A flag never deletes a form and never proves fraud: it says that chance alone would rarely have made the forms
of this officer so alike, compared with the other officers of the same unit.
"""

from scoring.quality.collected import Collected
from scoring.quality.effects import ChannelEffect, OfficerEffect, channel_effects, officer_effect
from scoring.quality.flags import Flag, FlagKind, flag_forms, flag_officers, flagged_forms
from scoring.quality.open_channels import flag_open_channels, open_channels
from scoring.quality.rhythm import SECONDS_PER_ITEM, bursts, too_fast

__all__ = [
    "SECONDS_PER_ITEM",
    "ChannelEffect",
    "Collected",
    "Flag",
    "FlagKind",
    "OfficerEffect",
    "bursts",
    "channel_effects",
    "flag_forms",
    "flag_officers",
    "flag_open_channels",
    "flagged_forms",
    "officer_effect",
    "too_fast",
    "open_channels",
]
