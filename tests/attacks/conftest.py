"""Every test here that asks for an installation runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.support.assembly import cheap_assembly
from tests.support.installation import campaign, config, embedded, installation, template

__all__ = ["cheap_assembly", "campaign", "config", "embedded", "installation", "template"]
