"""A small batch to print, with what a test wants to differ."""

from __future__ import annotations

from typing import Any

from forms.paper import AgencyHeading, Batch, FormProof
from forms.questionnaire import load_questionnaire

SECRET = b"a secret of 32 bytes, more or less"


def batch(**differing: Any) -> Batch:
    """Return a batch of two forms of the bundled questionnaire."""
    known: dict[str, Any] = {
        "questionnaire": load_questionnaire("bhxh-2024@1"),
        "heading": AgencyHeading("Bảo hiểm xã hội Việt Nam", "Bảo hiểm xã hội tỉnh Bình Định"),
        "campaign": "bhxh-2024",
        "unit": "tuy-phuoc",
        "unit_name": "BHXH huyện Tuy Phước",
        "serials": (1, 2),
        "form_proof": FormProof(SECRET),
        "subtitle": "Năm 2024",
    }
    return Batch(**{**known, **differing})
