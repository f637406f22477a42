"""What the browser's tests share."""

from __future__ import annotations

from tests.fixtures_kiosk import station, tablet
from tests.fixtures_office import office, office_address, office_app, rehearsed, sign_in

__all__ = ["office", "office_address", "office_app", "rehearsed", "sign_in", "station", "tablet"]
