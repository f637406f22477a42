"""What the browser's tests share."""

from __future__ import annotations

from tests.support.assembly import cheap_assembly
from tests.support.kiosk import station, tablet
from tests.support.office import office, office_address, office_app, rehearsed, sign_in

__all__ = [
    "cheap_assembly",
    "office",
    "office_address",
    "office_app",
    "rehearsed",
    "sign_in",
    "station",
    "tablet",
]
