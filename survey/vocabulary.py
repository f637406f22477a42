"""The closed vocabularies that columns hold and services speak."""

from __future__ import annotations

import enum


class Role(enum.StrEnum):
    """What an account may do; a unit head and an officer belong to one unit."""

    ADMIN = "admin"
    TCCB = "tccb"
    UNIT_HEAD = "unit_head"
    OFFICER = "officer"


class Channel(enum.StrEnum):
    """The way by which a response came in."""

    QR = "qr"
    PAPER = "paper"
    IMPORT = "import"
    KIOSK = "kiosk"
    TICKET = "ticket"
    SCREEN = "screen"
    INVITATION = "invitation"


# By these citizens answer without an officer.
SELF_SERVICE = (Channel.QR, Channel.KIOSK, Channel.TICKET, Channel.SCREEN, Channel.INVITATION)


class State(enum.StrEnum):
    """What a response counts as: only a valid one enters quota and results."""

    VALID = "valid"
    AWAITING = "awaiting"
    LATE = "late"
    EXCLUDED = "excluded"


class EntryState(enum.StrEnum):
    """The state in which a response comes in; decisions are rows of their own."""

    VALID = "valid"
    AWAITING = "awaiting"
    LATE = "late"


class Verdict(enum.StrEnum):
    """What a person decided about a response."""

    VERIFIED = "verified"
    EXCLUDED = "excluded"
    REINSTATED = "reinstated"
    CORRECTED = "corrected"


class Reason(enum.StrEnum):
    """Why a response was excluded."""

    DUPLICATE = "duplicate"
    TEST = "test"
    NOT_GENUINE = "not_genuine"
    KEYED_WRONG = "keyed_wrong"
    WITHDRAWN = "withdrawn"


class HalfDay(enum.StrEnum):
    """Before or after local noon: the finest time kept with an answer."""

    AM = "am"
    PM = "pm"


class UnitKind(enum.StrEnum):
    """The level of a unit; new levels after a reform are new words here and a migration."""

    PROVINCE_OFFICE = "province_office"
    DISTRICT_OFFICE = "district_office"
    LOCAL_OFFICE = "local_office"


class Formula(enum.StrEnum):
    """The index formula that a campaign calls official."""

    F1 = "f1"
    F2 = "f2"
    F3 = "f3"


class ClipKind(enum.StrEnum):
    """The format of a recording."""

    MP3 = "mp3"
    OGG = "ogg"
    M4A = "m4a"
    WAV = "wav"


class PaperAct(enum.StrEnum):
    """What a minute says was done with sheets; ``closed`` ends a unit's account."""

    PRINTED = "printed"
    HANDED_OUT = "handed_out"
    TAKEN_BACK = "taken_back"
    RETURNED = "returned"
    LATE = "late"
    BLANK = "blank"
    SPOILED = "spoiled"
    MISSING = "missing"
    CLOSED = "closed"


class SheetState(enum.StrEnum):
    """Where a printed sheet is: each sheet is in exactly one of these."""

    UNUSED = "unused"
    HANDED_OUT = "handed_out"
    RETURNED = "returned"
    LATE = "late"
    BLANK = "blank"
    SPOILED = "spoiled"
    MISSING = "missing"


class ReadingKind(enum.StrEnum):
    """What a reading of a sheet was for; ``duplicate`` is another sheet under a used serial."""

    FIRST = "first"
    SECOND = "second"
    ADJUDICATED = "settled"
    DUPLICATE = "duplicate"
    RESOLVED = "resolved"


class ReadingSource(enum.StrEnum):
    """Whether a person keyed a sheet or a machine read it."""

    KEYED = "keyed"
    SCANNED = "scanned"


class Unfinished(enum.StrEnum):
    """What a kiosk does with the answers of somebody who walks away."""

    DISCARD = "discard"
    KEEP = "keep"


class AlertCause(enum.StrEnum):
    """Why somebody is told of a kiosk: it holds answers too long, or numbers came that it never gave."""

    HOLDING = "holding"
    NUMBERS = "numbers"


class TicketEnd(enum.StrEnum):
    """How a one-time code ended."""

    SPENT = "spent"
    VOID = "void"


class Delivery(enum.StrEnum):
    """What became of a letter: ``sending`` while it goes out, ``uncertain`` when nobody knows whether it did."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


class ReleaseGrade(enum.StrEnum):
    """How much a release shows of a unit: indices in whole points while it is open, all tables in the end."""

    COARSE = "coarse"
    FULL = "full"


class ErasureReason(enum.StrEnum):
    """Why a comment was erased: it tells of a person. That it displeases is no reason."""

    NAME = "name"
    CONTACT = "contact"
    PRIVATE = "private"
    ASKED = "asked"
