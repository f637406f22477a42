"""The line to the mail server: opened safely, and sure to tell apart what was taken, refused and left unknown."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as LINES
from typing import Self

from survey.config import MailServer
from survey.errors import Refusal
from survey.vocabulary import Delivery

PATIENCE = 30.0
CLOSING = 421
PERMANENT = 500
LONGEST_REPLY = 200
GOOD = range(200, 300)


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """What became of one message, and the server's own words where it did not take it."""

    delivery: Delivery
    code: int = 0
    text: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip() if self.code else self.text


class SmtpConnection:
    """A line to the mail server, kept open from one message to the next.

    A message is ``sent`` when the server said so, ``refused`` when it never will take it, ``deferred`` when
    it was certainly not taken and may be tried again, and ``uncertain`` when the line was cut after the
    words had gone out: then nobody knows, and it must not go out again by itself.
    """

    def __init__(self, server: MailServer, patience: float = PATIENCE) -> None:
        self._server = server
        self._patience = patience
        self._open: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def ready(self) -> None:
        """Open the line unless it is open and answers.

        Raises:
            Refusal: ``mail_unreachable``; ``mail_insecure`` where there is no safe encryption;
                ``mail_sign_in_failed``.
        """
        if self._open is not None:
            with suppress(smtplib.SMTPException, OSError):
                if self._open.noop()[0] in GOOD:
                    return
            self._drop()
        self._open = self._opened()

    def send(self, message: EmailMessage, recipients: Sequence[str]) -> SmtpReply:
        """Send one message to *recipients*, all of them or none; the line must be :meth:`ready`."""
        line = self._open
        if line is None:
            return SmtpReply(Delivery.DEFERRED)
        try:
            refused = self._addressed(line, recipients)
            if refused is None:
                return self._deliver(line, message)
            if self._open is not None:
                line.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()
            return SmtpReply(Delivery.DEFERRED)
        return refused

    def close(self) -> None:
        """Say goodbye and close the line."""
        if self._open is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._open.quit()
            self._drop()

    def _opened(self) -> smtplib.SMTP:
        server = self._server
        try:
            line = self._connected()
        except ssl.SSLError as error:
            raise Refusal("mail_insecure", host=server.host) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Refusal("mail_unreachable", host=server.host, port=server.port) from error
        try:
            line.ehlo_or_helo_if_needed()
            if server.user is not None:
                line.login(server.user, server.password or "")
        except smtplib.SMTPServerDisconnected as error:
            line.close()
            raise Refusal("mail_unreachable", host=server.host, port=server.port) from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            line.close()
            raise Refusal("mail_sign_in_failed", host=server.host, user=server.user or "") from error
        return line

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        place = (server.host, server.port, server.domain)
        if server.tls == "tls":
            return smtplib.SMTP_SSL(*place, timeout=self._patience, context=self._context())
        line = smtplib.SMTP(*place, timeout=self._patience)
        if server.tls == "starttls":
            try:
                line.starttls(context=self._context())
            except (smtplib.SMTPNotSupportedError, smtplib.SMTPResponseException) as error:
                line.close()
                raise ssl.SSLError("no encryption offered") from error
            except BaseException:
                line.close()
                raise
        return line

    def _context(self) -> ssl.SSLContext:
        authority = self._server.authority
        return ssl.create_default_context(cafile=str(authority) if authority else None)

    def _addressed(self, line: smtplib.SMTP, recipients: Sequence[str]) -> SmtpReply | None:
        """Say from whom and to whom; return the server's refusal, None where it takes every address."""
        code, answer = line.mail(self._server.sender)
        for address in recipients:
            if code in GOOD:
                code, answer = line.rcpt(address)
        return None if code in GOOD else self._refused(code, answer)

    def _deliver(self, line: smtplib.SMTP, message: EmailMessage) -> SmtpReply:
        """Send the words themselves. From here on a cut line leaves it unknown whether they arrived."""
        try:
            code, answer = line.data(message.as_bytes(policy=LINES))
        except smtplib.SMTPDataError as error:
            refusal = error.smtp_error
            code, answer = error.smtp_code, refusal if isinstance(refusal, bytes) else refusal.encode()
        except (smtplib.SMTPException, OSError):
            self._drop()
            return SmtpReply(Delivery.UNCERTAIN)
        return SmtpReply(Delivery.SENT) if code in GOOD else self._refused(code, answer)

    def _refused(self, code: int, answer: bytes) -> SmtpReply:
        if code == CLOSING:
            self._drop()
        text = " ".join(answer.decode("utf-8", "replace").split())
        text = "".join(letter for letter in text if letter.isprintable())[:LONGEST_REPLY]
        return SmtpReply(Delivery.REFUSED if code >= PERMANENT else Delivery.DEFERRED, code, text)

    def _drop(self) -> None:
        if self._open is not None:
            with suppress(OSError):
                self._open.close()
        self._open = None
