"""A mail server of the tests' own on loopback, which can be told to refuse, to put off and to hang up."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from asyncio import Transport
from asyncio.base_events import Server
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from survey.config import MailServer

USER, PASSWORD = "khaosat", "mat khau cua may chu thu"
SENDER = "khaosat@tinh.example.vn"


@dataclass
class Received:
    """One letter as it arrived."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    secure: bool

    @property
    def text(self) -> str:
        """Its plain words."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return "\n".join(str(body.get_content()).splitlines())

    @property
    def page(self) -> str:
        """Its words as a page."""
        body = self.message.get_body(("html",))
        assert body is not None
        return "\n".join(str(body.get_content()).splitlines())


@dataclass
class Box:
    """What arrived, and how the server behaves: an answer by address, or a cut line."""

    letters: list[Received] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    cut_after_words: set[str] = field(default_factory=set)
    cut_before_words: set[str] = field(default_factory=set)
    closing_after: int | None = None
    on_letter: Callable[[Received], None] | None = None

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refusals:
            return self.refusals[address]
        if address in self.cut_before_words:
            _hang_up(server)
            return "421 gone"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.closing_after is not None and len(self.letters) >= self.closing_after:
            return "421 closing down"
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        letter = Received(envelope.mail_from, envelope.rcpt_tos, message, session.ssl is not None)
        self.letters.append(letter)
        if self.on_letter is not None:
            self.on_letter(letter)
        if self.cut_after_words & set(envelope.rcpt_tos):
            _hang_up(server)
            return "250 never heard"
        return "250 taken"


class AnyPort(Controller):
    """The library's server, at a port that the system chooses."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@dataclass
class Post:
    """The running server: what is in its box, and how it is reached."""

    box: Box
    server: MailServer


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key, for 127.0.0.1, that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail of the tests")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def post() -> Iterator[Post]:
    """A mail server on this machine that takes whatever comes, unencrypted."""
    yield from _running(Box(), "none", None)


@pytest.fixture
def secure_post(certificate: Path) -> Iterator[Post]:
    """A mail server that wants STARTTLS and then a password."""
    yield from _running(Box(), "starttls", certificate)


def _running(box: Box, tls: str, certificate: Path | None) -> Iterator[Post]:
    options: dict[str, Any] = {}
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        options = {
            "tls_context": context,
            "require_starttls": True,
            "auth_required": True,
            "authenticator": _authenticated,
        }
    controller = AnyPort(box, hostname="127.0.0.1", port=0, **options)
    controller.start()
    server = MailServer(
        host="127.0.0.1",
        port=controller.port,
        tls=tls,
        sender=SENDER,
        sender_name="BHXH tỉnh Bình Định",
        user=USER if certificate else None,
        password=PASSWORD if certificate else None,
        authority=certificate,
        per_minute=6000,
    )
    try:
        yield Post(box, server)
    finally:
        controller.stop(no_assert=True)


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, Transport)
    server.transport.abort()


def _authenticated(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=known, handled=False)
