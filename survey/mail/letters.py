"""Letters: paragraphs and at most one button, as a plain text and as a simple page of the same words."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from survey.config import MailServer

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


def written(name: str, values: Mapping[str, str], button: str | None = None) -> Letter:
    """Return the letter *name* of ``texts.toml`` with its places filled; *button* is an address."""
    words = _wording()[name]

    def said(part: str) -> tuple[str, ...]:
        return tuple(sentence.format_map(values) for sentence in words.get(part, ()))

    subject = _one_line(words["subject"].format_map(values))
    return Letter(subject, said("before"), (words["button"], button) if button else None, said("after"))


def message(letter: Letter, server: MailServer, envelope: Envelope) -> EmailMessage:
    """Return the letter as a message of ASCII lines, in two forms of the same words.

    Raises:
        ValueError: where a header would hold a line break.
    """
    made = EmailMessage()
    made["From"] = Address(_as_written(server.sender_name or server.sender), addr_spec=server.sender)
    made["To"] = tuple(Address(_as_written(name), addr_spec=address) for name, address in envelope.recipients)
    made["Subject"] = _as_written(letter.subject)
    made["Date"] = format_datetime(envelope.at)
    made["Message-ID"] = envelope.message_id
    if envelope.answers:
        made["In-Reply-To"] = envelope.answers
        made["References"] = envelope.answers
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = letter.language
    made.set_content(plain(letter), cte="quoted-printable")
    made.add_alternative(page(letter), subtype="html", cte="quoted-printable")
    return made


def plain(letter: Letter) -> str:
    """Return the letter as text."""
    linked = (f"{letter.button[0]}:\n{letter.button[1]}",) if letter.button else ()
    return "\n\n".join((*letter.before, *linked, *letter.after)) + "\n"


def page(letter: Letter) -> str:
    """Return the letter as a page without pictures, scripts or anything that is fetched."""
    paragraph = '<p style="margin:0 0 16px">{}</p>'
    before = "".join(paragraph.format(_lines(text)) for text in letter.before)
    after = "".join(paragraph.format(_lines(text)) for text in letter.after)
    return (
        f'<!doctype html><html lang="{escape(letter.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(letter.subject)}</title></head>"
        '<body style="margin:0;padding:16px;background:#fff;color:#1c2430">'
        f'<main style="display:block;max-width:{WIDTH}px;margin:0 auto;font:17px/1.55 Arial,sans-serif">'
        f'<h1 style="margin:0 0 20px;font-size:21px;line-height:1.3">{escape(letter.subject)}</h1>'
        f"{before}{_button(letter)}{after}</main></body></html>"
    )


def _button(letter: Letter) -> str:
    if letter.button is None:
        return ""
    label, address = (escape(text) for text in letter.button)
    return (
        f'<p style="margin:24px 0 12px"><a href="{address}" style="display:inline-block;padding:14px 28px;'
        'background:#0b5a66;color:#fff;border-radius:8px;font-weight:bold;text-decoration:none">'
        f'{label}</a></p><p style="margin:0 0 24px;font-size:15px;word-break:break-all">'
        f'<a href="{address}" style="color:#0b5a66">{address}</a></p>'
    )


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _as_written(text: str) -> str:
    """Return a header's text so that it is nothing but text.

    The library decodes what looks like an encoded word, line breaks and all: a name could add headers and a body.
    """
    return text.replace("=?", "= ?")


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _wording() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "texts.toml").read_text("utf-8"))
