"""Who acts, and which units that lets them see: the one place where reach is decided."""

from __future__ import annotations

from dataclasses import dataclass

from survey.errors import Refusal
from survey.vocabulary import Role

EVERY_UNIT = frozenset({Role.ADMIN, Role.TCCB})


@dataclass(frozen=True, slots=True)
class Actor:
    """The account that acts; ``account_id`` None is the command line, which stands beside the admin."""

    account_id: int | None
    role: Role
    unit_code: str | None = None

    def reaches(self, unit_code: str) -> bool:
        """Return whether this actor may see and work for the unit."""
        return self.role in EVERY_UNIT or self.unit_code == unit_code

    def require(self, unit_code: str) -> None:
        """Refuse an actor that does not reach the unit.

        Raises:
            Refusal: ``unit_out_of_reach``.
        """
        if not self.reaches(unit_code):
            raise Refusal("unit_out_of_reach")

    def require_every_unit(self) -> None:
        """Refuse an actor that does not see every unit.

        Raises:
            Refusal: ``role_out_of_reach``.
        """
        if self.role not in EVERY_UNIT:
            raise Refusal("role_out_of_reach")


COMMAND_LINE = Actor(None, Role.ADMIN)
