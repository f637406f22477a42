"""Every test here that asks for an installation runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.support.assembly import cheap_assembly
from tests.support.installation import campaign, config, embedded, installation, template
from tests.support.mail import certificate, post, secure_post
from tests.support.web import app, client, signed_in

__all__ = [
    "cheap_assembly",
    "app",
    "campaign",
    "certificate",
    "client",
    "config",
    "embedded",
    "installation",
    "post",
    "secure_post",
    "signed_in",
    "template",
]
