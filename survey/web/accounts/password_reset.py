"""One-time links by which an account chooses a new password: the library's tokens, our address, our letter."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Flask
from flask_security import url_for_security
from flask_security.recoverable import generate_reset_password_token

from survey import clock
from survey.config import MailServer
from survey.errors import Refusal
from survey.mail import letters
from survey.mail.letters import Envelope
from survey.mail.transport import SmtpConnection
from survey.services.installation.installation import Installation
from survey.web.app_context import current_installation


def link_for(user: Any) -> str:
    """Return a new link for an account; it ends with its first use, after a day, or with the next password."""
    token: str = generate_reset_password_token(user)  # type: ignore[no-untyped-call]
    return _address(current_installation(), token)


def mail_link(installation: Installation, user: Any, link: str) -> None:
    """Send the link to the account's own address, behind the request: how long that takes tells nothing.

    Raises:
        Refusal: ``mail_off``.
    """
    server = installation.config.mail
    if server is None:
        raise Refusal("mail_off")
    name, email = str(user.name), str(user.email)
    letter = letters.written("reset", {"name": name, "email": email}, button=link)
    envelope = Envelope(((name, email),), clock.now(), f"<{secrets.token_hex(16)}@{server.domain}>")
    installation.background.start("reset_mail", lambda _stopping: _send(server, letter, envelope))


def asked_for(_app: Flask, user: Any, reset_token: str, **_facts: object) -> None:
    """Send the link that the library's page for forgotten passwords has made a token for.

    The library's own address is not used: it trusts the host that the request names.
    """
    installation = current_installation()
    mail_link(installation, user, _address(installation, reset_token))


def _address(installation: Installation, token: str) -> str:
    return f"{installation.config.public_url}{url_for_security('reset_password', token=token)}"


def _send(server: MailServer, letter: letters.Letter, envelope: Envelope) -> None:
    with SmtpConnection(server) as connection:
        connection.ready()
        connection.send(letters.message(letter, server, envelope), envelope.addresses)
