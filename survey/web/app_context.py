"""What the present application works with."""

from __future__ import annotations

from typing import cast

from flask import current_app

from survey.services.installation.installation import Installation

NAME = "hailong"


def current_installation() -> Installation:
    """Return the installation that the present application serves."""
    return cast("Installation", current_app.extensions[NAME])
