"""Every test here that asks for an installation runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.fixtures_installation import campaign, config, embedded, opened, template

__all__ = ["campaign", "config", "embedded", "opened", "template"]
