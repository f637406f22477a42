"""Every test here that asks for an installation runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.support.installation import campaign, config, embedded, installation, template

__all__ = ["campaign", "config", "embedded", "installation", "template"]
