"""Tables only, with the constraints that make wrong states impossible."""

from survey.models.accounts import Account, AccountRole
from survey.models.audit import AuditEntry, LedgerLeaf
from survey.models.board import BoardCount
from survey.models.campaigns import Campaign, CampaignClip, CampaignLanguage, CampaignUnit
from survey.models.comments import CommentErasure, ReleasedAside, ReleasedComment
from survey.models.installation import SecretCheck
from survey.models.invitations import InvitationBatch, InvitationList, InvitationRecipient
from survey.models.kiosks import Kiosk, KioskAlert, KioskExit, KioskRange
from survey.models.paper import (
    PaperBatch,
    PaperMinute,
    PaperRange,
    PaperReading,
    ScanFile,
    ScanForm,
    StampPicture,
    TotalsMismatch,
    VerificationClosing,
)
from survey.models.receipts import BodyCheck, Receipt
from survey.models.releases import (
    ProvinceRelease,
    Release,
    ReleaseCount,
    ReleasedForm,
    ReleaseNote,
    UnitRelease,
)
from survey.models.responses import Comment, Decision, PaperForm, Response, SetAside
from survey.models.schema import APPEND_ONLY, ERASABLE, NEVER_DELETED, NEVER_REWRITTEN, Schema
from survey.models.tickets import ScreenCount, SpentScreenCode, SpentTicket, Ticket, TicketBatch

__all__ = [
    "APPEND_ONLY",
    "ERASABLE",
    "NEVER_DELETED",
    "NEVER_REWRITTEN",
    "Account",
    "AccountRole",
    "AuditEntry",
    "BodyCheck",
    "BoardCount",
    "Campaign",
    "CampaignClip",
    "CampaignLanguage",
    "CampaignUnit",
    "Comment",
    "CommentErasure",
    "Decision",
    "InvitationBatch",
    "InvitationList",
    "InvitationRecipient",
    "Kiosk",
    "KioskAlert",
    "KioskExit",
    "KioskRange",
    "LedgerLeaf",
    "PaperBatch",
    "PaperForm",
    "PaperMinute",
    "PaperRange",
    "PaperReading",
    "Receipt",
    "ProvinceRelease",
    "Release",
    "ReleaseCount",
    "ReleaseNote",
    "ReleasedAside",
    "ReleasedComment",
    "ReleasedForm",
    "Response",
    "ScanFile",
    "ScanForm",
    "Schema",
    "ScreenCount",
    "SecretCheck",
    "StampPicture",
    "SetAside",
    "SpentScreenCode",
    "SpentTicket",
    "Ticket",
    "TicketBatch",
    "TotalsMismatch",
    "UnitRelease",
    "VerificationClosing",
]
