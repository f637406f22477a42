"""The files around invitations: a list of recipients that comes in, a mail-merge file that goes out.

Columns are known by their Vietnamese or English names, with or without diacritics; a semicolon or a tab may
stand where Excel puts one. Every fault is told with its line and column, all at once.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms import ticket_code
from survey import spreadsheets
from survey.config import ADDRESS
from survey.errors import Fault, Refusal
from survey.services.accounts.actors import Actor
from survey.services.installation.campaign_records import CampaignRecord
from survey.spreadsheets import CsvError, CsvProblem

LARGEST_FILE = 2_000_000
MOST_RECIPIENTS = 5000
FEWEST_OF_A_UNIT = 5
MOST_FAULTS = 200
LONGEST_NAME = 200
LONGEST_ADDRESS = 254
NAME, EMAIL, UNIT = "ten", "email", "don_vi"
KNOWN = {
    **dict.fromkeys(("ten", "tendonvi", "tencoquan", "coquan", "name", "employer"), NAME),
    **dict.fromkeys(("email", "thudientu", "diachithu", "mail"), EMAIL),
    **dict.fromkeys(("donvi", "madonvi", "unit", "donvibhxh"), UNIT),
}
LINK, SHORT = "duong_dan", "ma_ngan"
TELEPHONE = re.compile(r"\+[\d ().-]{6,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One sound row: whom the invitation is for, and the unit that is to be rated. ``row`` is all of it."""

    line: int
    name: str
    email: str
    unit: str
    row: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecipientFile:
    """The rows of a file as they stand, with the place of each column that is known."""

    header: tuple[str, ...]
    places: Mapping[str, int]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read(
    actor: Actor, campaign: CampaignRecord, data: bytes, unit: str | None, *, by_mail: bool
) -> tuple[RecipientFile, list[Recipient]]:
    """Return a list's recipients; *unit* is whom they rate where the file does not say.

    A list that is sent *by_mail* needs a name and an address in every row; a mail-merge list needs neither.

    Raises:
        Refusal: ``invitations_faulty`` with every fault, its line and its column.
    """
    faults: list[Fault] = []
    source = _source(data, by_mail, faults)
    recipients = []
    for line, row in source.rows if not faults else ():
        reader = _RecipientRow(source, line, row, campaign, actor, faults)
        recipients.append(reader.recipient(unit, by_mail=by_mail))
    if not faults:
        faults += _twice(recipients)
        faults += _too_few(recipients, campaign)
    if faults:
        raise Refusal("invitations_faulty", faults[:MOST_FAULTS])
    return source, recipients


def merged(source: RecipientFile, linked: Sequence[tuple[Recipient, str, str]]) -> bytes:
    """Return the rows of *source*, each with its link and its short code, as CSV that Excel opens as it is."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow([*map(_written, source.header), LINK, SHORT])
    for recipient, url, short in linked:
        writer.writerow([*map(_written, recipient.row), url, ticket_code.grouped(short)])
    return sheet.getvalue().encode("utf-8-sig")


def _written(text: str) -> str:
    """Return a cell as it goes out: guarded against being a formula, but telephone numbers stay."""
    return text if TELEPHONE.fullmatch(text) else spreadsheets.guarded(text)


@dataclass(frozen=True, slots=True)
class _RecipientRow:
    """One row on its way to a recipient."""

    source: RecipientFile
    line: int
    row: tuple[str, ...]
    campaign: CampaignRecord
    actor: Actor
    faults: list[Fault]

    def recipient(self, unit: str | None, *, by_mail: bool) -> Recipient:
        """Return the recipient, having noted what is wrong with it."""
        name, email = self._cell(NAME), self._cell(EMAIL)
        if len(self.row) > len(self.source.header):
            self._fault("invitation_row_long", "-", most=len(self.source.header))
        if (by_mail and not name) or len(name) > LONGEST_NAME or not name.isprintable():
            self._fault("invitation_name_bad", NAME, most=LONGEST_NAME)
        if by_mail and not (ADDRESS.fullmatch(email) and len(email) <= LONGEST_ADDRESS):
            self._fault("invitation_email_bad", EMAIL, found=email[:80])
        return Recipient(self.line, name, email, self._unit(unit), self.row)

    def _unit(self, otherwise: str | None) -> str:
        written = self._cell(UNIT)
        if not written and otherwise is None:
            self._fault("invitation_unit_missing", UNIT)
            return ""
        codes = {_plain(unit.name): unit.code for unit in self.campaign.plan.units}
        code = written if written in self.campaign.unit_ids else codes.get(_plain(written), written)
        code = code or otherwise or ""
        if code not in self.campaign.unit_ids:
            known = ", ".join(list(self.campaign.unit_ids)[:30])
            self._fault("invitation_unit_unknown", UNIT, found=code[:64], known=known)
        elif not self.actor.reaches(code):
            self._fault("invitation_unit_foreign", UNIT, found=code)
        return code

    def _cell(self, column: str) -> str:
        place = self.source.places.get(column, len(self.row))
        return " ".join(self.row[place].split()) if place < len(self.row) else ""

    def _fault(self, code: str, column: str, **details: object) -> None:
        self.faults.append(Fault(code, f"{self.line}:{column}", details))


def _source(data: bytes, by_mail: bool, faults: list[Fault]) -> RecipientFile:
    """Return the header and the rows under it, having noted what is wrong with the file as a whole."""
    lines = _lines(_text(data, faults), faults)
    if not lines:
        return RecipientFile((), {}, ())
    (_, header), *rows = lines
    places = _places(header, faults)
    wanted = (NAME, EMAIL) if by_mail else ()
    faults += [Fault("invitation_column_missing", f"1:{name}") for name in wanted if name not in places]
    if not rows:
        faults.append(Fault("invitation_empty", "2"))
    elif len(rows) > MOST_RECIPIENTS:
        faults.append(Fault("invitation_many", f"{rows[-1][0]}", {"most": MOST_RECIPIENTS}))
    return RecipientFile(header, places, tuple(rows))


def _lines(text: str, faults: list[Fault]) -> list[tuple[int, tuple[str, ...]]]:
    """Return the rows that hold anything, each with its line; having noted why there are none."""
    first, _, _ = text.partition("\n")
    delimiter = max(",;\t", key=first.count)
    try:
        lines = [
            (number, tuple(row))
            for number, row in spreadsheets.csv_rows(text, delimiter)
            if any(map(str.strip, row))
        ]
    except CsvError as unreadable:
        faults.append(_unreadable(unreadable))
        return []
    if not lines:
        faults.append(Fault("invitation_empty", "1"))
    return lines


def _places(header: Sequence[str], faults: list[Fault]) -> dict[str, int]:
    """Return the place of each column that is known; of one that stands there twice, the first."""
    places: dict[str, int] = {}
    for place, title in enumerate(header):
        column = KNOWN.get(_plain(title))
        if column is not None and column in places:
            faults.append(Fault("invitation_column_twice", f"1:{column}"))
        elif column is not None:
            places[column] = place
    return places


def _text(data: bytes, faults: list[Fault]) -> str:
    try:
        text = spreadsheets.csv_text(data, LARGEST_FILE)
    except CsvError as unreadable:
        faults.append(_unreadable(unreadable))
        return ""
    if "\0" in text:
        faults.append(Fault("invitation_not_csv", "1", {"problem": "NUL"}))
        return ""
    return unicodedata.normalize("NFC", text)


def _unreadable(file: CsvError) -> Fault:
    faults: dict[CsvProblem, tuple[str, dict[str, object]]] = {
        CsvProblem.TOO_LARGE: ("invitation_file_large", {"most": LARGEST_FILE // 1_000_000}),
        CsvProblem.NOT_UTF8: ("invitation_not_utf8", {}),
        CsvProblem.SYNTAX: ("invitation_not_csv", {"problem": file.message}),
    }
    code, details = faults[file.problem]
    return Fault(code, "1", details)


def _plain(text: str) -> str:
    """Return letters and digits alone, small and without diacritics."""
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in apart if letter.isalnum() and not unicodedata.combining(letter))


def _twice(recipients: Sequence[Recipient]) -> Iterator[Fault]:
    """Yield a fault for each address that stands in an earlier line already: one code for each recipient."""
    first: dict[str, int] = {}
    for each in recipients:
        line = first.setdefault(each.email.casefold(), each.line) if each.email else each.line
        if line != each.line:
            yield Fault("invitation_email_twice", f"{each.line}:{EMAIL}", {"line": line, "found": each.email})


def _too_few(recipients: Sequence[Recipient], campaign: CampaignRecord) -> Iterator[Fault]:
    """Yield a fault for each unit with so few recipients that the number of answers would say whose they are."""
    for code, count in sorted(Counter(each.unit for each in recipients).items()):
        if count < FEWEST_OF_A_UNIT:
            name = campaign.unit(campaign.unit_id(code)).name
            yield Fault("invitation_few", name, {"count": count, "least": FEWEST_OF_A_UNIT})
