"""Every command of ``./hailong``: its name, where it lives and one line about it.

A command's module is imported when the command is called, and its one line stands in ``texts.toml``, so that
``--help`` loads neither the web framework nor the database nor the arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survey.cli.texts import text

NAMES = (
    "demo",
    "init",
    "serve",
    "plan",
    "language",
    "units",
    "links",
    "posters",
    "tickets",
    "invitations",
    "alerts",
    "account",
    "import-responses",
    "import-kiosk",
    "export-responses",
    "forms",
    "close-verification",
    "backup",
    "erase-order",
    "release",
    "results",
    "report",
    "score",
    "plan-size",
    "doctor",
    "version",
)
# A module is called as its command unless something else bears that name.
MODULES = {"language": "language_folders"}


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command that is listed without being imported."""

    module: str

    @property
    def target(self) -> str:
        """Where the command lives: ``module:attribute``."""
        return f"survey.cli.{self.module}:{self.module}"

    @property
    def summary(self) -> str:
        """The one line about it, in the language in force."""
        return text(f"{self.module}.summary")


COMMANDS: Mapping[str, CommandEntry] = {
    name: CommandEntry(MODULES.get(name, name.replace("-", "_"))) for name in NAMES
}
