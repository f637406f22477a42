"""Letters: paragraphs and at most one button, as a plain text and as a simple page of the same text."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from survey.config import MailServer

TEMPLATES = Path(__file__).parents[2] / "templates" / "mail"
WIDTH = 600


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says. The button's address stands once more in the text below it."""

    subject: str
    before: tuple[str, ...]
    button: tuple[str, str] | None = None
    after: tuple[str, ...] = ()
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom a letter goes to, when, and how mail programs tell it from others and put it beside them."""

    recipients: tuple[tuple[str, str], ...]
    at: dt.datetime
    message_id: str
    answers: str | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses alone."""
        return tuple(address for _, address in self.recipients)


def written(
    name: str, values: Mapping[str, str], button: str | None = None, *, rehearsal: bool = False
) -> Letter:
    """Return the letter *name* of ``texts.toml`` with its places filled; *button* is an address.

    The letters of a *rehearsal* say at ``{mark}`` in their subject that they are samples.

    Raises:
        KeyError: where there is no such letter, or no value for a place.
    """
    texts = _texts()[name]
    places = {"mark": _texts()["rehearsal"]["mark"] if rehearsal else "", **values}

    def paragraphs(part: str) -> tuple[str, ...]:
        return tuple(sentence.format_map(places) for sentence in texts.get(part, ()))

    return Letter(
        subject=_one_line(texts["subject"].format_map(places)),
        before=paragraphs("before"),
        button=(texts["button"], button) if button else None,
        after=paragraphs("after"),
    )


def message(letter: Letter, server: MailServer, envelope: Envelope) -> EmailMessage:
    """Return the letter as a message of ASCII lines, in two forms of the same text.

    Raises:
        ValueError: where a header would hold a line break.
    """
    email = EmailMessage()
    email["From"] = Address(_as_written(server.sender_name or server.sender), addr_spec=server.sender)
    email["To"] = tuple(
        Address(_as_written(name), addr_spec=address) for name, address in envelope.recipients
    )
    email["Subject"] = _as_written(letter.subject)
    email["Date"] = format_datetime(envelope.at)
    email["Message-ID"] = envelope.message_id
    if envelope.answers:
        email["In-Reply-To"] = envelope.answers
        email["References"] = envelope.answers
    email["Auto-Submitted"] = "auto-generated"
    email["Content-Language"] = letter.language
    email.set_content(plain(letter), cte="quoted-printable")
    email.add_alternative(page(letter), subtype="html", cte="quoted-printable")
    return email


def plain(letter: Letter) -> str:
    """Return the letter as text."""
    return _templates().get_template("letter.txt").render(letter=letter)


def page(letter: Letter) -> str:
    """Return the letter as a page without pictures, scripts or anything that is fetched."""
    written = _templates().get_template("letter.html").render(letter=letter, width=WIDTH)
    # Quotation marks are escaped as in every letter so far: a reminder looks to mail programs like its invitation.
    return written.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")


def _as_written(text: str) -> str:
    """Return a header's text so that it is nothing but text.

    The library decodes what looks like an encoded word, line breaks and all: a name could add headers and a body.
    """
    return text.replace("=?", "= ?")


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


@cache
def _texts() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "texts.toml").read_text("utf-8"))
