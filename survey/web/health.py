"""Whether the service lives, whether it can take answers, and which version it is."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from survey import version as product
from survey.services.installation import schema
from survey.services.installation.health import readiness
from survey.web.access import public
from survey.web.app_context import current_installation

health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """Answer while the process lives; nothing is looked up."""
    return jsonify(status="ok")


@health.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Answer 200 when a write, the disk, the schema and the secret are as they must be, else 503 and which is not."""
    checks = readiness(current_installation())
    return jsonify(ready=all(checks.values()), checks=checks), 200 if all(checks.values()) else 503


@health.get("/version")
@public
def version() -> ResponseReturnValue:
    """Name the version of the product and of its schema."""
    return jsonify(version=product.version(), schema=schema.head())
