"""Whether the service lives, whether it can take answers, and which version it is."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from survey import version as product
from survey.services.installation import schema
from survey.services.installation.health import RECENT_SECONDS, RecentReadiness
from survey.web.access import public
from survey.web.app_context import current_installation

health = Blueprint("health", __name__)

RECENT = "hailong_readiness"


@health.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """Answer while the process lives; nothing is looked up."""
    return jsonify(status="ok")


@health.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Answer 200 when a write, the disk, the schema and the secret are as they must be, else 503 and which is not."""
    checks = _recent().checks()
    answer = jsonify(ready=all(checks.values()), checks=checks)
    if not all(checks.values()):
        answer.status_code, answer.retry_after = 503, RECENT_SECONDS
    return answer


@health.get("/version")
@public
def version() -> ResponseReturnValue:
    """Name the version of the product and of its schema."""
    return jsonify(version=product.version(), schema=schema.head())


def _recent() -> RecentReadiness:
    kept: RecentReadiness | None = current_app.extensions.get(RECENT)
    if kept is None or kept.installation is not current_installation():
        kept = current_app.extensions[RECENT] = RecentReadiness(current_installation())
    return kept
