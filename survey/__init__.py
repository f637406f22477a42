"""The service: campaigns, units, quotas, the door, results, accounts, documents, pages and commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from survey.config import Config


def create_app(config: Config | None = None) -> Flask:
    """Return the WSGI application of the installation that *config*, or the environment, names.

    Its imports stand here, so that a command which needs no pages loads none.

    Raises:
        survey.errors.Refusal: when the settings are unsafe or the installation is not set up.
    """
    from survey import logs
    from survey.config import from_environment
    from survey.services.installation.installation import open_installation
    from survey.web.application import assemble

    logs.configure()
    return assemble(open_installation(config or from_environment()))
