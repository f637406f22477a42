"""Every test here that asks for an installation runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.support.assembly import cheap_assembly
from tests.support.installation import campaign, config, embedded, installation, template
from tests.support.web import app, client, signed_in

__all__ = [
    "app",
    "campaign",
    "cheap_assembly",
    "client",
    "config",
    "embedded",
    "installation",
    "signed_in",
    "template",
]
